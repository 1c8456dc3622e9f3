namespace ActorPool.Benchmarks.Contestants;

/// <summary>One way to come to a connection.</summary>
/// <param name="Name">As it is called in the report and on the command line.</param>
/// <param name="Reset">What is undone between two borrowers, and what it costs.</param>
/// <param name="OpenAsync">Opens all connections.</param>
/// <param name="MostCallers">More callers than this it cannot serve.</param>
internal sealed record ContestantKind(
    string Name,
    string Reset,
    Func<ContestantSetup, Task<IContestant>> OpenAsync,
    int MostCallers = int.MaxValue);
