namespace ActorPool;

/// <summary>The pause between failed attempts to open a connection (<c>reconnect-backoff</c>); it doubles with every failure in a row.</summary>
/// <param name="Min">The first pause. Above zero.</param>
/// <param name="Max">The longest pause; at least <paramref name="Min"/>. While a request waits, a pause is at most one second.</param>
/// <param name="Jitter">The random variation of a pause, as a part of it: 0.2 means 80 % to 120 %. From 0 to 1.</param>
public sealed record ReconnectBackoff(TimeSpan Min, TimeSpan Max, double Jitter);
