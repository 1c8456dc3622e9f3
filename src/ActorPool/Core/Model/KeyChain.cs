namespace ActorPool.Core.Model;

/// <summary>The keys of one hash code, the newest first.</summary>
internal sealed class KeyChain(int hash)
{
    private KeyEntry? _newest;

    public int Hash { get; } = hash;

    /// <summary>Changed under the table's lock, read without it.</summary>
    public KeyEntry? Newest
    {
        get => Volatile.Read(ref _newest);
        set => Volatile.Write(ref _newest, value);
    }

    /// <summary>How many of them are remembered without being in use; counted by the core.</summary>
    public int Remembered { get; set; }
}
