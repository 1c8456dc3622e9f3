namespace ActorPool.Psycopg2;

/// <summary>A connection in the <see cref="Psycopg2Model"/>.</summary>
public sealed class ModelConnection
{
    /// <summary>By first appearance; 0 until it is lent for the first time.</summary>
    public int Number { get; set; }

    public SessionState State { get; set; }

    public bool Marked { get; set; }

    /// <summary>The key under which it is lent, a private one when the borrower gave none; null when it is not lent.</summary>
    public object? LentUnder { get; set; }

    /// <summary>Counts its leases, so that a handle of an earlier lease is known as such.</summary>
    public int Lease { get; set; }

    public bool HasBackend => State is not (SessionState.Lost or SessionState.Closed);

    public string AtServer => Observation.Backend(
        Number,
        State switch
        {
            SessionState.InTransaction => "idle in transaction",
            SessionState.Failed => "idle in transaction (aborted)",
            _ => "idle",
        },
        Marked);
}
