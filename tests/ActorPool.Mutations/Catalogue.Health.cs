namespace ActorPool.Mutations;

internal static partial class Catalogue
{
    private static Mutation[] Health =>
    [
        new("a connection is lent without a look at its socket", "Health/WhenToTest.cs",
            "return unheard >= FreshFor && probe(slot) switch", "return unheard >= FreshFor && SocketState.Silent switch"),
        new("a socket that cannot be read is taken for sound", "Health/WhenToTest.cs",
            "_ => unheard > UnknownFor,", "_ => false,"),
        new("validate-after-idle is not kept", "Health/WhenToTest.cs",
            "        if (IsLongUnheard(slot, now))\n            return true;\n", ""),
        new("a connection that died with its borrower goes among the idle ones", "PoolState.Return.cs",
            "work == ConnectionWork.None && _whenToTest.DiedWhileLent(slot, now) ?", "work == ConnectionWork.None && slot.IsOutdated ?"),
        new("a hook's error that concerns all connections has one replaced alone", "PoolState.Connections.cs",
            "if (!byHook || isForAll)", "if (!byHook)"),
        new("a failure does not have the other connections tested", "PoolState.Connections.cs",
            "        if (!byHook || isForAll)\n            ValidateIdle(now);\n", ""),
        new("the sockets of idle connections are not read while no request comes", "PoolState.Liveness.cs",
            "        foreach (var slot in _whenToTest.TakeReadable(_slots.All, now))\n            Validate(slot, now);\n", ""),
        new("idle connections are not tested in the background", "PoolState.Liveness.cs",
            "        foreach (var slot in _whenToTest.TakeDue(_slots.All, now))\n            Validate(slot, now);\n", ""),
        new("all idle connections are tested at once", "Health/WhenToTest.cs",
            "AreTestsHeldBack = tally.Counts.Validating >= MostTests;", "AreTestsHeldBack = false;"),
        new("connections that were opened together are tested together", "Health/WhenToTest.cs",
            "every * (1 - TestSpread * (slot.Index * GoldenRatio % 1))", "every"),
        new("a stuck reset keeps its place for ever", "PoolState.Sweep.cs",
            "while (GiveUpStuck(now))", "while (false)"),
        new("a session is reset before it is tested", "Keys/ConnectionForKey.cs",
            "needsReset ? health.IsLongUnheard(slot, now) : health.MustValidate(slot, now)", "!needsReset && health.MustValidate(slot, now)"),
        new("a waiting request stays behind a round trip that is stuck", "Slots/Operations.cs",
            " - _initializing - _slowRoundTrips;", " - _initializing;"),
        new("a waiting request stays behind an open that is stuck", "Slots/Operations.cs",
            "tally.Counts.Opening - _slowOpens;", "tally.Counts.Opening;"),
        new("a backend that does not exit is not terminated", "PoolState.Connections.cs",
            "        _survivors.Enqueue(backend);\n", ""),
    ];
}
