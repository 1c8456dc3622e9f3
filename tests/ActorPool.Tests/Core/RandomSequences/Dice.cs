namespace ActorPool.Tests.Core.RandomSequences;

/// <summary>What the numbers of a <see cref="Command"/> mean, for the core alone and for its twin of actors.</summary>
internal static class Dice
{
    public static readonly string?[] UserKeys = [null, "a", "b", "c"];
    public static readonly TimeSpan?[] Timeouts = [null, null, Timeout.InfiniteTimeSpan, TimeSpan.Zero, TimeSpan.FromMilliseconds(30), TimeSpan.FromMilliseconds(400)];
    public static readonly string[] Texts = ["SELECT 1", "SELECT 2", "SELECT 3", "SELECT pg_sleep(1)"];
    public static readonly TimeSpan?[] StatementTimeouts = [null, null, null, Timeout.InfiniteTimeSpan, TimeSpan.FromMilliseconds(30), TimeSpan.FromMilliseconds(400)];
    public static readonly int[] Sizes = [10, 10, 10, 40_000, 100_000];
    public static readonly TimeSpan[] Times = [.. new[] { 1, 5, 9, 30, 90, 250, 1000, 6000 }.Select(milliseconds => TimeSpan.FromMilliseconds(milliseconds))];

    /// <summary>The request wants its key's session alone; from the die that chooses its time-out.</summary>
    public static bool IsAlone(int die) => die / Timeouts.Length % 3 == 2;

    public static ReturnCondition Condition(int die) => (die % 7) switch
    {
        0 or 1 => ReturnCondition.InTransaction,
        2 => ReturnCondition.Unusable,
        3 => ReturnCondition.Broken,
        _ => ReturnCondition.Clean,
    };

    /// <summary>What becomes of a statement of a batch.</summary>
    public static StatementEnd End(int die) => (die % 11) switch
    {
        7 => StatementEnd.NotRun,
        8 => StatementEnd.RunAgain,
        9 => StatementEnd.Repeat,
        10 => StatementEnd.None,
        _ => StatementEnd.Answered,
    };

    public static ConnectFailure Failure(int die) => (die % 7) switch
    {
        0 => ConnectFailure.Permanent,
        1 => ConnectFailure.Passing,
        2 => ConnectFailure.Unclear,
        3 => ConnectFailure.Refused,
        4 => ConnectFailure.StartingUp,
        _ => ConnectFailure.Other,
    };

    public static T Pick<T>(T[] items, int die) => items[die % items.Length];

    public static T? Choose<T>(IEnumerable<T> items, int die)
        where T : class
    {
        var list = items.ToArray();
        return list.Length == 0 ? null : list[die % list.Length];
    }
}
