using System.Text;
using ActorPool.TestSupport;

namespace ActorPool.Psycopg2;

/// <summary>A pool's sizes and the calls made to it.</summary>
public sealed record CallSequence(int Min, int Max, IReadOnlyList<Call> Calls)
{
    public CallSequence First(int count) => this with { Calls = [.. Calls.Take(count)] };

    /// <summary>Shorter sequences.</summary>
    public IEnumerable<CallSequence> Simpler => Shrinking.Shorter(Calls).Select(Only);

    /// <summary>Those of the calls that stay defined when the others are left out.</summary>
    private CallSequence Only(IReadOnlyList<Call> some)
    {
        var model = new Psycopg2Model(Min, Max);
        var calls = new List<Call>();
        foreach (var call in some)
        {
            if (!model.IsDefined(call))
                continue;
            model.Do(call);
            calls.Add(call);
        }

        return this with { Calls = calls };
    }

    public override string ToString()
    {
        var text = new StringBuilder().Append($"pool of {Min} to {Max} connections (\";\": the next call follows at once)\n");
        for (var i = 0; i < Calls.Count; i++)
            text.Append($"  {i + 1,2}. {Calls[i]}\n");
        return text.ToString();
    }
}
