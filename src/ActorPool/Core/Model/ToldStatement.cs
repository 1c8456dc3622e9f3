namespace ActorPool.Core.Model;

/// <summary>
/// A statement that waits to be run, or a group of statements that is run as one. With a key it is an exclusive request for the key's session; without
/// one, any connection runs it.
/// </summary>
internal abstract class ToldStatement(object? key, TimeSpan? timeout) : Waiter(key, timeout, isExclusive: true)
{
    /// <summary>The identity of the text: what is learned of one statement counts for all with the same text. Compared by reference.</summary>
    public abstract object Text { get; }

    /// <summary>The size of the parameters in bytes, estimated.</summary>
    public abstract int Bytes { get; }

    /// <summary>What became of it on the connection. Set by the connection before its batch ends.</summary>
    public StatementEnd End { get; set; }

    /// <summary>How long the server took for it, without the way to the server and back. Set with <see cref="End"/>.</summary>
    public TimeSpan Took { get; set; }

    /// <summary>The number of rows that it returned. Set with <see cref="End"/>.</summary>
    public int RowsRead { get; set; }

    /// <summary>The size of its result in bytes, estimated. Set with <see cref="End"/>.</summary>
    public long BytesRead { get; set; }
}
