using ActorPool.Benchmarks.Contestants;
using ActorPool.Benchmarks.Network;
using ActorPool.Benchmarks.Report;
using ActorPool.Benchmarks.Statements.Readers;

namespace ActorPool.Benchmarks.Statements.Curves;

/// <summary>The throughput over callers for each contestant, one curve for each delay. The contestants take turns in each round.</summary>
internal sealed class Curve(Stage stage, CurveOptions options, IProgressDisplay display)
{
    private const int WarmUpCallers = 64;
    private const int WarmUpTurns = 5;

    public async Task<IReadOnlyList<CurveCell>> RunAsync()
    {
        var cells = new List<CurveCell>();
        await WarmUpAsync();
        foreach (var delay in options.Delays)
        {
            using var relay = delay == TimeSpan.Zero ? null : Relay.Before(stage.ServerPort, delay);
            cells.AddRange(await RunAsync(delay, relay?.Port));
            if (relay is not null)
                display.Done(FormattableString.Invariant($"{CurveCell.NameOf(delay)}: the relay was {relay.MeanLateness.TotalMicroseconds:0} µs late on average"));
        }

        return cells;
    }

    // Methods that are called often are compiled again, and that takes a busy machine seconds.
    private Task WarmUpAsync() => WithAllAsync(null, async contestants =>
    {
        for (var turn = 0; turn < WarmUpTurns; turn++)
        {
            foreach (var contestant in contestants)
                await WarmUpAsync(contestant, options.FirstWarmUp / WarmUpTurns);
        }
    });

    private async Task<List<CurveCell>> RunAsync(TimeSpan delay, int? port)
    {
        var cells = new List<CurveCell>();
        await WithAllAsync(port, async contestants =>
        {
            foreach (var contestant in contestants)
                await WarmUpAsync(contestant, options.WarmUp);
            foreach (var callers in options.Callers)
                cells.Add(await RunAsync(delay, callers, [.. contestants.Where(contestant => callers <= contestant.Kind.MostCallers)]));
        });
        return cells;
    }

    private async Task WithAllAsync(int? port, Func<IReadOnlyList<Contestant>, Task> runAsync)
    {
        var contestants = new List<Contestant>();
        try
        {
            foreach (var kind in ReaderCatalogue.All)
            {
                var setup = stage.Setup(kind.Name, port);
                contestants.Add(new Contestant(kind, setup, await kind.OpenAsync(setup)));
            }

            await runAsync(contestants);
        }
        finally
        {
            foreach (var contestant in contestants)
                await contestant.Reader.DisposeAsync();
        }
    }

    private async Task WarmUpAsync(Contestant contestant, TimeSpan length)
    {
        display.Show($"{contestant.Kind.Name} warms up");
        await Loop(contestant, Math.Min(WarmUpCallers, contestant.Kind.MostCallers)).RunAsync(length);
    }

    private async Task<CurveCell> RunAsync(TimeSpan delay, int callers, Contestant[] contestants)
    {
        var cell = new CurveCell(delay, callers, contestants.Select(contestant => contestant.Kind.Name));
        var loops = Array.ConvertAll(contestants, contestant => Loop(contestant, callers));
        var (rounds, length) = CurveTargets.IsMeasuredAt(delay, callers) ? (options.TargetRounds, options.TargetLength) : (options.Rounds, options.Length);
        for (var round = 0; round < rounds; round++)
        {
            for (var turn = 0; turn < loops.Length; turn++)
            {
                var index = (round + turn) % loops.Length;
                display.Show($"{cell}: round {round + 1} of {rounds}, {contestants[index].Kind.Name}");
                cell.Add(contestants[index].Kind.Name, await loops[index].RunAsync(length));
            }
        }

        display.Done(cell.ToString());
        return cell;
    }

    private Load.ClosedLoop Loop(Contestant contestant, int callers) =>
        stage.Loop(new CheckedReads(contestant.Reader, callers), callers, contestant.Setup);

    private sealed record Contestant(KeyReaderKind Kind, ContestantSetup Setup, IKeyReader Reader);
}
