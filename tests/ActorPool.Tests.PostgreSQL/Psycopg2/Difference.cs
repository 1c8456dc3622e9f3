namespace ActorPool.Tests.PostgreSQL.Psycopg2;

/// <summary>The first difference in a sequence.</summary>
/// <param name="Sequence">The calls up to the one that differs.</param>
/// <param name="Expected">What the model says.</param>
/// <param name="Answers">What each party says.</param>
internal sealed record Difference(CallSequence Sequence, string Expected, IReadOnlyList<(string Party, string Says)> Answers)
{
    public override string ToString()
    {
        var width = Answers.Max(a => a.Party.Length);
        var lines = Answers.Select(a => $"  {a.Party.PadRight(width)}  {a.Says}{(a.Says == Expected ? "" : "   <-- differs")}\n");
        return $"{Sequence}After the last of these calls:\n  {"the rules".PadRight(width)}  {Expected}\n{string.Concat(lines)}";
    }
}
