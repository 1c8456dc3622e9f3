using ActorPool.Benchmarks.Contestants;

namespace ActorPool.Benchmarks.Statements.Readers;

/// <summary>One way to read a value by its key.</summary>
/// <param name="Name">As it is called in the report.</param>
/// <param name="Mark">Its letter in a plot of characters.</param>
/// <param name="OpenAsync">Opens all connections.</param>
/// <param name="MostCallers">The largest number of callers.</param>
internal sealed record KeyReaderKind(string Name, char Mark, Func<ContestantSetup, Task<IKeyReader>> OpenAsync, int MostCallers = int.MaxValue);
