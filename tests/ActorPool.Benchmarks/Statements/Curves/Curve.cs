using ActorPool.Benchmarks.Contestants;
using ActorPool.Benchmarks.Network;
using ActorPool.Benchmarks.Report;
using ActorPool.Benchmarks.Statements.Readers;

namespace ActorPool.Benchmarks.Statements.Curves;

/// <summary>The throughput over callers for each contestant, one curve for each delay. The contestants take turns in each round.</summary>
internal sealed class Curve(Stage stage, CurveOptions options, IProgressDisplay display)
{
    private const int WarmUpCallers = 64;

    public async Task<IReadOnlyList<CurveCell>> RunAsync()
    {
        var cells = new List<CurveCell>();
        foreach (var delay in options.Delays)
        {
            using var relay = delay == TimeSpan.Zero ? null : Relay.Before(stage.ServerPort, delay);
            cells.AddRange(await RunAsync(delay, relay?.Port));
            if (relay is not null)
                display.Done(FormattableString.Invariant($"{CurveCell.NameOf(delay)}: the relay was {relay.MeanLateness.TotalMicroseconds:0} µs late on average"));
        }

        return cells;
    }

    private async Task<List<CurveCell>> RunAsync(TimeSpan delay, int? port)
    {
        var (cells, contestants) = (new List<CurveCell>(), new List<Contestant>());
        try
        {
            foreach (var kind in ReaderCatalogue.All)
                contestants.Add(await OpenAsync(kind, stage.Setup(kind.Name, port)));
            foreach (var callers in options.Callers)
                cells.Add(await RunAsync(delay, callers, [.. contestants.Where(contestant => callers <= contestant.Kind.MostCallers)]));
        }
        finally
        {
            foreach (var contestant in contestants)
                await contestant.Reader.DisposeAsync();
        }

        return cells;
    }

    private async Task<Contestant> OpenAsync(KeyReaderKind kind, ContestantSetup setup)
    {
        display.Show($"{kind.Name} warms up");
        var contestant = new Contestant(kind, setup, await kind.OpenAsync(setup));
        await Loop(contestant, Math.Min(WarmUpCallers, kind.MostCallers)).RunAsync(options.WarmUp);
        return contestant;
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
