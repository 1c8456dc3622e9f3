namespace ActorPool.Psycopg2;

/// <summary>Makes random sequences of defined calls. The same seed gives the same sequence.</summary>
public static class SequenceGenerator
{
    private const int CallsAfterTheEnd = 4;

    // An empty text and zero are keys like any other. Not 1, 2, 3: these collide with psycopg2's automatic ones.
    private static readonly object[] Keys = ["a", "b", "", 0];

    private static readonly (CallKind Kind, int Weight)[] Weights =
    [
        (CallKind.Get, 34), (CallKind.Put, 30), (CallKind.Dispose, 6), (CallKind.PutStranger, 1), (CallKind.CloseAll, 1),
        (CallKind.Begin, 10), (CallKind.Fail, 5), (CallKind.End, 6), (CallKind.Mark, 3),
        (CallKind.UserClose, 2), (CallKind.Kill, 3), (CallKind.Notice, 15),
    ];

    /// <summary>A random sequence of defined calls, a closeall, and a few calls after it.</summary>
    /// <param name="random">Decides everything.</param>
    /// <param name="length">At most so many calls; the closeall at the end is not counted.</param>
    /// <param name="connectFails">Whether opens may fail.</param>
    public static CallSequence Next(Random random, int length, bool connectFails = false)
    {
        var max = random.Next(1, 5);
        var min = random.Next(0, Math.Min(3, max) + 1);
        var keys = Keys.OrderBy(_ => random.Next()).Take(random.Next(1, 4)).ToArray();
        var model = new Psycopg2Model(min, max);
        var calls = new List<Call>();
        var target = random.Next(Math.Min(4, length), length + 1);
        for (var attempt = 0; calls.Count < target && attempt < 100 * length && !model.IsClosed; attempt++)
            AddIfDefined(Draw(random, keys, model) with { ConnectFails = connectFails && random.Next(7) == 0 });
        if (!model.IsClosed)
            AddIfDefined(new Call(CallKind.CloseAll));
        for (var attempt = 0; attempt < CallsAfterTheEnd; attempt++)
            AddIfDefined(Draw(random, keys, model));
        return new CallSequence(min, max, calls);

        void AddIfDefined(Call call)
        {
            if (!model.IsDefined(call))
                return;
            model.Do(call);
            calls.Add(call);
        }
    }

    private static Call Draw(Random random, object[] keys, Psycopg2Model model)
    {
        var kind = Kind(random);
        var key = random.Next(5) < 2 ? null : keys[random.Next(keys.Length)];
        return new Call(
            kind,
            kind switch
            {
                CallKind.Get => model.Handles.Count() + 1,
                CallKind.CloseAll or CallKind.PutStranger => 0,
                _ => Handle(random, model),
            },
            kind is CallKind.Get or CallKind.Put ? key : null,
            kind == CallKind.Put && random.Next(4) == 0)
        {
            Settle = random.Next(2) == 0,
        };
    }

    // Mostly a live lease; at times a returned lease, whose put is refused.
    private static int Handle(Random random, Psycopg2Model model)
    {
        var handles = (random.Next(8) > 0 ? model.LiveHandles : model.Handles).ToArray();
        return handles.Length == 0 ? 0 : handles[random.Next(handles.Length)];
    }

    private static CallKind Kind(Random random)
    {
        var at = random.Next(Weights.Sum(w => w.Weight));
        foreach (var (kind, weight) in Weights)
        {
            if (at < weight)
                return kind;
            at -= weight;
        }

        return CallKind.Get;
    }
}
