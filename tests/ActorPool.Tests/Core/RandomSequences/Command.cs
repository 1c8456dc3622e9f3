namespace ActorPool.Tests.Core.RandomSequences;

/// <summary>One random command: what to do, and three dice that choose with what.</summary>
internal readonly record struct Command(Op Op, int A, int B, int C);

internal enum Op
{
    Get,
    GetGone,
    Put,
    PutStale,
    Opened,
    OpenFailed,
    WorkDone,
    WorkFailed,
    Closed,
    Lost,
    Stale,
    Cancel,
    Gone,
    Dies,
    Pass,
    PassAsleep,
    Sweep,
    BackendDies,
    Forgotten,
    Resize,
    Drain,
    Pause,
    Resume,
    Crash,
    Stop,
    CloseAll,
    Tell,
    TellGone,
    BatchBegins,
    BatchEnded,
    HeadMoves,
    GiveUp,
    GoneStatement,
}
