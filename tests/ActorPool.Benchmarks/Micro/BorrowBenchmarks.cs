using System.Diagnostics.CodeAnalysis;
using ActorPool.Benchmarks.Contestants;
using ActorPool.Benchmarks.Options;
using ActorPool.Benchmarks.Workloads;
using Akka.Actor;
using BenchmarkDotNet.Attributes;

namespace ActorPool.Benchmarks.Micro;

/// <summary>Borrow and return with nothing between, without a server; the floor is the promise that an actor keeps.</summary>
[SuppressMessage("Design", "CA1001", Justification = "Its cleanup disposes what it has.")]
public class BorrowBenchmarks
{
    private const int Operations = 6400;

    private readonly EmptyWork _work = new();
    private ActorSystem _system = null!;
    private IContestant _promise = null!;
    private IContestant _facade = null!;
    private IContestant _ask = null!;

    [Params(1, 8, 64)]
    public int Callers { get; set; }

    [GlobalSetup]
    public async Task OpenAsync()
    {
        _system = ActorSystem.Create("micro", "akka.loglevel = ERROR, akka.stdout-loglevel = ERROR, akka.loggers = []");
        _promise = await PromiseEcho.OpenAsync(new ContestantSetup("", _system, Catalogue.Promise, BenchmarkOptions.Connections, Callers));
        _facade = new FacadePool(await StartAsync("facade"));
        _ask = new AskPool(await StartAsync("ask"));
    }

    [GlobalCleanup]
    public async Task CloseAsync()
    {
        foreach (var contestant in new[] { _promise, _facade, _ask })
            await contestant.DisposeAsync();
        await _system.Terminate();
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Operations)]
    public Task Promise() => AllAsync(_promise);

    [Benchmark(OperationsPerInvoke = Operations)]
    public Task Facade() => AllAsync(_facade);

    [Benchmark(OperationsPerInvoke = Operations)]
    public Task Ask() => AllAsync(_ask);

    private Task<ConnectionPool> StartAsync(string name)
    {
        var settings = new PoolSettings("Host=nowhere", BenchmarkOptions.Connections, BenchmarkOptions.Connections) { Name = name };
        return ConnectionPool.StartAsync(_system, settings, new IdleSource(), CancellationToken.None);
    }

    private Task AllAsync(IContestant contestant) => Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(() => CallAsync(contestant, caller))));

    private async Task CallAsync(IContestant contestant, int caller)
    {
        for (var call = 0; call < Operations / Callers; call++)
            await contestant.UseAsync(_work, caller);
    }
}
