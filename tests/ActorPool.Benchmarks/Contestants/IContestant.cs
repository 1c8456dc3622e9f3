using ActorPool.Benchmarks.Workloads;

namespace ActorPool.Benchmarks.Contestants;

/// <summary>A pool under test. One call of a caller ends before its next one begins.</summary>
internal interface IContestant : IAsyncDisposable
{
    /// <summary>Borrows a connection, works on it, returns it.</summary>
    /// <param name="work">The caller's work.</param>
    /// <param name="caller">Its number, from 0.</param>
    ValueTask UseAsync(IWork work, int caller);
}
