using ActorPool.Benchmarks.Scenarios;
using ActorPool.Benchmarks.Statements.Readers;
using ActorPool.Benchmarks.Targets;

namespace ActorPool.Benchmarks.Statements.Cases;

/// <summary>
/// Callers that borrow, alone and beside a flood of statements on the same pool. As a measure of what the flood costs by its mere load on the
/// machine: beside as many callers that borrow from another pool.
/// </summary>
internal sealed class LeaseCase(Stage stage) : ICase
{
    private const int Borrowers = 8;
    private const int Flood = 64;
    private const string Alone = "leases alone";
    private const string Beside = "beside statements";
    private const string BesideOther = "beside leases of another pool";

    public string Name => "leases";

    public async Task<RoundResults> RunAsync(int rounds, TimeSpan length)
    {
        var (setup, other) = (stage.Setup(Name), stage.Setup("other-leases"));
        await using var pool = await ToldReader.OpenPoolAsync(setup);
        await using var otherPool = await ToldReader.OpenPoolAsync(other);
        var borrowers = stage.Loop(new CheckedReads(new LeaseReader(pool), Borrowers), Borrowers, setup);
        var flood = stage.Loop(new CheckedReads(new ToldReader(pool), Flood), Flood, setup);
        var otherFlood = stage.Loop(new CheckedReads(new LeaseReader(otherPool), Flood), Flood, other);
        return await Turns.RunAsync(
            rounds,
            (Alone, () => borrowers.RunAsync(length)),
            (Beside, () => BesideAsync(flood)),
            (BesideOther, () => BesideAsync(otherFlood)));

        async Task<Load.Figures> BesideAsync(Load.ClosedLoop load)
        {
            var flooding = load.RunAsync(length);
            var figures = await borrowers.RunAsync(length);
            var errors = await flooding;
            return figures with { Errors = figures.Errors + errors.Errors, FirstError = figures.FirstError ?? errors.FirstError };
        }
    }

    public IEnumerable<Target> Targets(RoundResults results) =>
        [new($"local, {Borrowers} borrowers: p99 beside {Flood} callers of statements to alone", 2, IsMost: true, results.Ratio(Beside, Alone, figures => figures.P99))];
}
