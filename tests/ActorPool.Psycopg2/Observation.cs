namespace ActorPool.Psycopg2;

/// <summary>The state between two calls, as seen from outside.</summary>
/// <param name="Backends">The open backends with their state at the server, one text each, sorted.</param>
/// <param name="Idle">Connections that the pool could lend; null once it is closed.</param>
/// <param name="Lent">Connections that are lent; null once it is closed.</param>
public sealed record Observation(IReadOnlyList<string> Backends, int? Idle, int? Lent)
{
    /// <summary>One backend: the number of its connection (0: never lent yet), its state in the server's words, its session state.</summary>
    public static string Backend(int number, string state, bool marked) =>
        $"{(number == 0 ? "unseen" : number)} {state}{(marked ? ", advisory lock" : "")}";

    public bool Equals(Observation? other) =>
        other is not null && Idle == other.Idle && Lent == other.Lent && Backends.SequenceEqual(other.Backends);

    public override int GetHashCode() => HashCode.Combine(Backends.Count, Idle, Lent);

    public override string ToString() =>
        $"{Backends.Count} backends ({string.Join("; ", Backends)})" + (Idle is null ? "" : $", {Idle} idle, {Lent} lent");
}
