namespace ActorPool.Mutations;

internal static partial class Catalogue
{
    private static Mutation[] Health =>
    [
        new("a connection is lent without a look at its socket", "PoolState.Health.cs",
            "return unheard >= FreshFor && _look(slot) switch", "return unheard >= FreshFor && SocketState.Silent switch"),
        new("a socket that cannot be seen is taken for sound", "PoolState.Health.cs",
            "_ => unheard > BlindFor,", "_ => false,"),
        new("validate-after-idle is not kept", "PoolState.Health.cs",
            "        if (IsLongUnheard(slot, now))\n            return true;\n", ""),
        new("one that died with its borrower goes among the idle ones", "PoolState.Leases.cs",
            "if (work == ConnectionWork.None && DiedWhileLent(slot, now))", "if (work == ConnectionWork.None && slot.IsOutdated)"),
        new("a hook's error that concerns all connections has one replaced alone", "PoolState.Connections.cs",
            "if (!byHook || isForAll)", "if (!byHook)"),
        new("one failure casts no doubt on the others", "PoolState.Connections.cs",
            "        if (!byHook || isForAll)\n            ValidateIdle(now);", ""),
        new("nobody looks at idle connections while nobody borrows", "PoolState.Sweep.cs",
            "        LookAtIdle(now);\n", ""),
        new("idle connections are not tested in the background", "PoolState.Sweep.cs",
            "        TestIdle(now);\n", ""),
        new("all idle connections are tested at once", "PoolState.Testing.cs",
            "_testsHeldBack = _counts.Validating >= MostTests;", "_testsHeldBack = false;"),
        new("connections that were opened together are tested together", "PoolState.Testing.cs",
            "every * (1 - TestSpread * (index * GoldenRatio % 1))", "every"),
        new("a stuck reset keeps its place for ever", "PoolState.Sweep.cs",
            "while (GiveUpStuck(now))", "while (false)"),
        new("a session is reset before it is tested", "PoolState.Serving.cs",
            "work == ConnectionWork.None ? MustValidate(slot, now) : IsLongUnheard(slot, now)", "work == ConnectionWork.None && MustValidate(slot, now)"),
        new("a waiter stays behind a round trip that is stuck", "PoolState.Serving.cs",
            "_counts.Resetting + _counts.Validating - _initializing - _slowWorks;", "_counts.Resetting + _counts.Validating - _initializing;"),
        new("a waiter stays behind an open that is stuck", "PoolState.Serving.cs",
            "_counts.Opening - _slowOpens;", "_counts.Opening;"),
        new("a stubborn backend is not terminated", "PoolState.Connections.cs",
            "        _staying.Enqueue(backend);\n        TerminateSurvivors(now);", "        TerminateSurvivors(now);"),
    ];
}
