using ActorPool.Benchmarks.Load;

namespace ActorPool.Benchmarks.Scenarios;

/// <summary>The figures of all rounds, by contestant.</summary>
internal class RoundResults(IEnumerable<string> names)
{
    private readonly Dictionary<string, List<Figures>> _rounds = names.ToDictionary(name => name, _ => new List<Figures>(), StringComparer.Ordinal);

    public IEnumerable<string> Names => _rounds.Keys;

    public IEnumerable<Figures> All => _rounds.Values.SelectMany(rounds => rounds);

    public IReadOnlyList<Figures> this[string name] => _rounds[name];

    public bool Has(string name) => _rounds.ContainsKey(name);

    public void Add(string name, Figures figures) => _rounds[name].Add(figures);

    public Spread Of(string name, Func<Figures, double> figure) => new(_rounds[name].Select(figure));

    /// <summary>Round by round one contestant's figure through the other's: what slows the machine down for a while slows both.</summary>
    public Spread Ratio(string name, string to, Func<Figures, double> figure) =>
        new(_rounds[name].Zip(_rounds[to], (one, other) => figure(one) / figure(other)));
}
