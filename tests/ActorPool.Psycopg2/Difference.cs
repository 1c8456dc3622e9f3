namespace ActorPool.Psycopg2;

/// <summary>The first difference in a sequence.</summary>
/// <param name="Sequence">The calls up to the one that differs.</param>
/// <param name="Expected">The answer of the model.</param>
/// <param name="Answers">The answer of each pool.</param>
public sealed record Difference(CallSequence Sequence, string Expected, IReadOnlyList<(string ComparedPool, string Says)> Answers)
{
    public override string ToString()
    {
        var width = Answers.Max(a => a.ComparedPool.Length);
        var lines = Answers.Select(a => $"  {a.ComparedPool.PadRight(width)}  {a.Says}{(a.Says == Expected ? "" : "   <-- differs")}\n");
        return $"{Sequence}After the last of these calls:\n  {"the rules".PadRight(width)}  {Expected}\n{string.Concat(lines)}";
    }
}
