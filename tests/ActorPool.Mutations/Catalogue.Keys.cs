namespace ActorPool.Mutations;

internal static partial class Catalogue
{
    private static Mutation[] Keys =>
    [
        new("an exclusive key in use is joined", "PoolState.Requests.cs",
            "if (entry?.HeldBy is { } held && !Exclusive)", "if (entry?.HeldBy is { } held)"),
        new("a shared key in use is not joined", "PoolState.Requests.cs",
            "if (entry?.HeldBy is { } held && !Exclusive)", "if (entry?.HeldBy is { } held && Exclusive)"),
        new("a grant leaves others of its key waiting", "PoolState.Leases.cs",
            "if (entry is { HasWaiters: true } && !Exclusive)\n            JoinWaiting(slot, entry);", ""),
        new("the next of an exclusive key does not get its turn", "PoolState.Leases.cs",
            "            NextTurn(entry);\n            _keys.Release(entry);", "            _keys.Release(entry);"),
        new("a key does not find its own idle session", "PoolState.Serving.cs",
            "if (Sticky && entry?.OwnIdle is { } own)", "if (!Sticky && entry?.OwnIdle is { } own)"),
        new("a session changes hands without a reset", "PoolState.Serving.cs",
            "slot.SessionUsed && !ReferenceEquals(slot.SessionOwner, entry))", "!slot.SessionUsed && !ReferenceEquals(slot.SessionOwner, entry))"),
        new("a key that takes over gets the session used last", "PoolState.Serving.cs",
            "while (_owned.First is { } slot &&", "while (_owned.Last is { } slot &&"),
        new("a reset session still says that it was made ready for a key", "PoolState.Connections.cs",
            "        slot.SessionOwner = null;\n        slot.PreparedFor = null;", "        slot.SessionOwner = null;"),
        new("a used session still says that it was made ready for a key", "PoolState.Preparing.cs",
            "            other.Unlearn(slot);\n        slot.PreparedFor = null;", "            other.Unlearn(slot);"),
        new("a session made ready for one key is known to it after another used it", "PoolState.Preparing.cs",
            "            other.Unlearn(slot);", "            other.Waiters.ToString();"),
        new("those for whom a session could not be made ready are not told", "PoolState.Preparing.cs",
            "        while (FirstPreparing(entry) is { } waiter)\n            LeaveRefused(waiter, PoolErrorKind.ConnectFailed, error);", ""),
        new("a key that is waited for is forgotten", "KeyTable.cs",
            " || entry.PreparingOn is not null || entry.HasWaiters)", " || entry.PreparingOn is not null)"),
        new("more keys are remembered than key-memory", "KeyTable.cs",
            "if (_remembered.Count > memory)", "if (_remembered.Count > memory + 1)"),
        new("the key used last is forgotten first", "KeyTable.cs",
            "var oldest = _remembered.First!;", "var oldest = _remembered.Last!;"),
    ];
}
