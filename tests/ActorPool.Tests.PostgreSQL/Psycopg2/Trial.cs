namespace ActorPool.Tests.PostgreSQL.Psycopg2;

/// <summary>One sequence, call by call, by the model and by every party.</summary>
internal static class Trial
{
    /// <summary>Compares the answer of every call, and what can be seen after those that ask for it. Null when all agree.</summary>
    public static async Task<Difference?> RunAsync(CallSequence sequence, IReadOnlyList<Party> parties)
    {
        var model = new ReferenceModel(sequence.Min, sequence.Max);
        if (await LookAsync(0) is { } atStart)
            return atStart;
        for (var i = 0; i < sequence.Calls.Count; i++)
        {
            var call = sequence.Calls[i];
            var expected = model.Do(call);
            var answers = await Task.WhenAll(parties.Select(p => p.DoAsync(call)));
            if (answers.Any(a => a != expected))
                return Differs(i + 1, expected, answers);
            if ((call.Settle || i == sequence.Calls.Count - 1) && await LookAsync(i + 1) is { } difference)
                return difference;
        }

        return null;

        async Task<Difference?> LookAsync(int calls)
        {
            var expected = model.Expected;
            var seen = await Task.WhenAll(parties.Select(p => p.ObserveAsync(expected)));
            return seen.All(expected.Equals) ? null : Differs(calls, expected, seen);
        }

        Difference Differs(int calls, object expected, object[] says) =>
            new(sequence.First(calls), expected.ToString()!, [.. parties.Zip(says, (p, s) => (p.Name, s.ToString()!))]);
    }
}
