using System.Globalization;
using ActorPool.Benchmarks.Report;
using ActorPool.Benchmarks.Scenarios;

namespace ActorPool.Benchmarks.Spike;

/// <summary>All rounds of the spike, by contestant.</summary>
internal sealed record SpikeResult(int Actors)
{
    private readonly Dictionary<string, List<SpikeFigures>> _rounds = SpikeContestant.All.ToDictionary(contestant => contestant.Name, _ => new List<SpikeFigures>(), StringComparer.Ordinal);

    public string Machine { get; init; } = "";

    public IReadOnlyList<SpikeFigures> this[string name] => _rounds[name];

    public void Add(string name, SpikeFigures figures) => _rounds[name].Add(figures);

    public ReportTable Table() => new(
        string.Create(CultureInfo.InvariantCulture, $"Start-up spike: {Actors:N0} actors use a cold pool at once, the server has {StartUpSpike.ServerConnections} places"),
        ["pool", "all answered after, ms", "to npgsql, 8", "backends at most", "errors"],
        [.. SpikeContestant.All.Select(contestant => Row(contestant.Name))],
        string.Join(' ', SpikeContestant.All.Select(contestant => Remark(contestant.Name)).OfType<string>().Prepend(Note)));

    private string Note => string.Create(
        CultureInfo.InvariantCulture,
        $"{_rounds.Values.First().Count} rounds in turn after one for warming up; one place of the server is taken by the observer, which counts every few milliseconds. An actor that got an error does not try again.");

    private string[] Row(string name) =>
    [
        name,
        Of(name, figures => figures.Served.TotalMilliseconds).Text("N0"),
        name == SpikeContestant.Npgsql ? "1" : TimeRatio(name).Text("0.00"),
        Of(name, figures => figures.Backends).Text("0"),
        Of(name, figures => figures.Errors).Text("0"),
    ];

    public Spread Of(string name, Func<SpikeFigures, double> figure) => new(_rounds[name].Select(figure));

    public Spread TimeRatio(string name) => new(_rounds[name].Zip(_rounds[SpikeContestant.Npgsql], (one, other) => one.Served / other.Served));

    private string? Remark(string name) => _rounds[name].Find(figures => figures.FirstError is not null) is { } failed ? $"{name}: {failed.FirstError}." : null;
}
