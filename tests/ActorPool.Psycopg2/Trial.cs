namespace ActorPool.Psycopg2;

/// <summary>One sequence, call by call, by the model and by every pool.</summary>
public static class Trial
{
    /// <summary>Compares the answer of every call, and the observation after the calls that ask for it. Null when all agree.</summary>
    public static async Task<Difference?> RunAsync(CallSequence sequence, IReadOnlyList<ComparedPool> pools)
    {
        var model = new Psycopg2Model(sequence.Min, sequence.Max);
        if (await LookAsync(0) is { } atStart)
            return atStart;
        for (var i = 0; i < sequence.Calls.Count; i++)
        {
            var call = sequence.Calls[i];
            var expected = model.Do(call);
            var answers = await Task.WhenAll(pools.Select(p => p.DoAsync(call)));
            if (answers.Any(a => a != expected))
                return Differs(i + 1, expected, answers);
            if ((call.Settle || i == sequence.Calls.Count - 1) && await LookAsync(i + 1) is { } difference)
                return difference;
        }

        return null;

        async Task<Difference?> LookAsync(int calls)
        {
            var expected = model.Expected;
            var seen = await Task.WhenAll(pools.Select(p => p.ObserveAsync(expected)));
            return seen.All(expected.Equals) ? null : Differs(calls, expected, seen);
        }

        Difference Differs(int calls, object expected, object[] says) =>
            new(sequence.First(calls), expected.ToString()!, [.. pools.Zip(says, (p, s) => (p.Name, s.ToString()!))]);
    }
}
