using ActorPool.TestSupport;
using CsCheck;

namespace ActorPool.Tests.Core.RandomSequences;

/// <summary>Random settings and a random sequence of commands.</summary>
internal sealed record Scenario(int[] Dice, Command[] Commands)
{
    private static readonly (int, Op)[] OfLeases =
    [
        (300, Op.Get),
        (15, Op.GetGone),
        (170, Op.Put),
        (15, Op.PutStale),
        (140, Op.Opened),
        (35, Op.OpenFailed),
        (90, Op.WorkDone),
        (20, Op.WorkFailed),
        (100, Op.Closed),
        (20, Op.Lost),
        (10, Op.Stale),
        (30, Op.Cancel),
        (25, Op.Gone),
        (30, Op.Dies),
        (120, Op.Pass),
        (20, Op.PassAsleep),
        (10, Op.Sweep),
        (30, Op.BackendDies),
        (10, Op.Forgotten),
        (8, Op.Resize),
        (6, Op.Drain),
        (6, Op.Pause),
        (14, Op.Resume),
        (5, Op.Crash),
        (3, Op.Stop),
        (3, Op.CloseAll),
    ];

    private static readonly (int, Op)[] OfStatements =
    [
        (300, Op.Tell),
        (15, Op.TellGone),
        (60, Op.BatchBegins),
        (170, Op.BatchEnded),
        (60, Op.HeadMoves),
        (40, Op.GiveUp),
        (25, Op.GoneStatement),
    ];

    private static readonly Gen<int> GenDie = Gen.Int[0, 59];

    /// <summary>Leases alone, as the pool of actors and its model take them.</summary>
    public static readonly Gen<Scenario> WithLeases = Of(OfLeases, 80);

    public static readonly Gen<Scenario> WithStatements = Of([.. OfLeases, .. OfStatements], 120);

    private static Gen<Scenario> Of((int, Op)[] ops, int most) =>
        Gen.Select(
            GenDie.Array[RandomSettings.Dice],
            Gen.Select(Gen.Frequency(ops), GenDie, GenDie, GenDie, (op, a, b, c) => new Command(op, a, b, c)).Array[1, most],
            (dice, commands) => new Scenario(dice, commands));

    public IEnumerable<Scenario> Simpler =>
        Shrinking.Shorter(Commands).Select(fewer => this with { Commands = fewer })
            .Concat(Enumerable.Range(0, Dice.Length).Where(die => Dice[die] != 0)
                .Select(die => this with { Dice = [.. Dice.Select((value, i) => i == die ? 0 : value)] }));
}
