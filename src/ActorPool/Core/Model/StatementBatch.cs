namespace ActorPool.Core.Model;

/// <summary>Statements that one connection runs in one round trip.</summary>
internal sealed class StatementBatch
{
    private int _running;

    /// <summary>In the order in which they are sent.</summary>
    public List<ToldStatement> Statements { get; } = [];

    /// <summary>
    /// The index of the statement whose answer is read next, which is the one that the server runs or has just run. Written by the connection; read by
    /// other threads.
    /// </summary>
    public int Running
    {
        get => Volatile.Read(ref _running);
        set => Volatile.Write(ref _running, value);
    }
}
