namespace ActorPool.Benchmarks.Contestants;

/// <summary>One way to get a connection.</summary>
/// <param name="Name">As it is called in the report and on the command line.</param>
/// <param name="Reset">The reset between two borrowers, and its cost.</param>
/// <param name="OpenAsync">Opens all connections.</param>
/// <param name="MostCallers">The largest number of callers.</param>
internal sealed record ContestantKind(
    string Name,
    string Reset,
    Func<ContestantSetup, Task<IContestant>> OpenAsync,
    int MostCallers = int.MaxValue);
