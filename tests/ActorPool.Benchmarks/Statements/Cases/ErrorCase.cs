using System.Runtime.CompilerServices;
using ActorPool.Benchmarks.Load;
using ActorPool.Benchmarks.Scenarios;
using ActorPool.Benchmarks.Statements.Readers;
using ActorPool.Benchmarks.Targets;
using Npgsql;

namespace ActorPool.Benchmarks.Statements.Cases;

/// <summary>64 callers; each twentieth statement fails, and its caller must get its own error.</summary>
internal sealed class ErrorCase(Stage stage) : ICase
{
    private const int Callers = 64;
    private const string Without = "without errors";
    private const string With = "5 % errors";

    public string Name => "errors";

    public async Task<RoundResults> RunAsync(int rounds, TimeSpan length)
    {
        var setup = stage.Setup(Name);
        await using var pool = await ToldReader.OpenPoolAsync(setup);
        var reads = new CheckedReads(new ToldReader(pool), Callers);
        var (without, with) = (stage.Loop(reads, Callers, setup), stage.Loop(new Failing(pool, reads), Callers, setup));
        return await Turns.RunAsync(rounds, (Without, () => without.RunAsync(length)), (With, () => with.RunAsync(length)));
    }

    public IEnumerable<Target> Targets(RoundResults results) =>
        [new($"local, {Callers} callers, 5 % errors: statements/s to the same without", 0.8, IsMost: false, results.Ratio(With, Without, figures => figures.Rate))];

    private sealed class Failing(ConnectionPool pool, CheckedReads reads) : ICalls
    {
        private const int OneIn = 20;

        private readonly int[] _calls = new int[Callers];

        [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
        public async ValueTask CallAsync(int caller)
        {
            // Shifted, so that the callers do not fail together.
            if ((_calls[caller]++ + caller) % OneIn != 0)
            {
                await reads.CallAsync(caller);
                return;
            }

            try
            {
                await pool.ScalarAsync<int>($"SELECT {caller} / {0}");
            }
            catch (PostgresException error) when (error.SqlState == PostgresErrorCodes.DivisionByZero)
            {
                return;
            }

            throw new InvalidOperationException("A division by zero succeeded.");
        }

        public ValueTask DisposeAsync() => reads.DisposeAsync();
    }
}
