using System.Text.RegularExpressions;
using ActorPool.Errors;

namespace ActorPool.Tests.Errors;

/// <summary>Errors that no real server can be made to cause on demand.</summary>
public sealed class ObstacleTextTests
{
    private static readonly PoolSettings Settings = new("Host=h", 1, 8) { Name = "orders" };

    private static readonly PoolStatistics State = new()
    {
        Name = "orders", Min = 1, Max = 8, Idle = 1, InUse = 2, Resetting = 1, Validating = 2, Closing = 1, Opening = 1, Waiting = 7, LongestHold = TimeSpan.FromSeconds(3),
    };

    private static readonly RefusedRequest Request = new(new LeaseOrigin("Orders.cs", 41), TimeSpan.FromSeconds(15.02), null, 0, false);

    [Fact]
    public void The_numbers_in_brackets_add_up_to_open()
    {
        var message = Failure(PoolErrorKind.Timeout, Hindrance.Lent).ToException().Message;

        var parts = Regex.Matches(message[..message.IndexOf("longest hold", StringComparison.Ordinal)], @"\b(open|idle|in use|resetting|validating|closing) (\d+)")
            .ToDictionary(match => match.Groups[1].Value, match => int.Parse(match.Groups[2].Value, null));
        Assert.Equal(6, parts.Count);
        Assert.Equal(parts["open"] * 2, parts.Values.Sum());
    }

    [Fact]
    public void A_pool_that_is_neither_all_lent_nor_stuck_says_what_its_connections_do()
    {
        var message = Failure(PoolErrorKind.Timeout, Hindrance.Lent).ToException().Message;

        Assert.Contains("within acquire-timeout (15 s); the request waited 15.02 s: 2 of max-connections (8) are lent", message, StringComparison.Ordinal);
        Assert.Contains("1 resetting, 2 validating, 1 opening, 1 closing", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_thread_pool_that_is_behind_is_named_with_its_numbers()
    {
        var failure = Failure(PoolErrorKind.Timeout, Hindrance.OpensSlow);

        Assert.DoesNotContain("thread pool", failure.ToException().Message, StringComparison.Ordinal);
        var starved = failure with { Obstacle = failure.Obstacle! with { ThreadPoolLoad = (412, 6) } };
        Assert.Contains("412 work items for 6 threads. Threads that block (Result, Wait, Thread.Sleep)", starved.ToException().Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Three_holders_are_named_and_the_others_counted()
    {
        var holders = Enumerable.Range(1, 3).Select(i => new Holder(new LeaseOrigin("Orders.cs", i), TimeSpan.FromSeconds(10 - i))).ToArray();
        var failure = Failure(PoolErrorKind.Exhausted, Hindrance.Lent) with { State = State with { InUse = 8 } };

        var message = (failure with { Obstacle = failure.Obstacle! with { Holders = holders } }).ToException().Message;

        Assert.Contains("exhausted, all of max-connections (8) are lent", message, StringComparison.Ordinal);
        Assert.Contains("Held longest: Orders.cs:1 for 9 s, Orders.cs:2 for 8 s, Orders.cs:3 for 7 s, and 5 more.", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Each_hindrance_has_its_own_text()
    {
        var messages = Enum.GetValues<Hindrance>().Select(hindrance => Failure(PoolErrorKind.Timeout, hindrance).ToException().Message).ToList();

        Assert.Equal(messages.Count, messages.Distinct().Count());
    }

    [Fact]
    public void Connections_that_run_statements_are_not_called_lent()
    {
        var failure = Failure(PoolErrorKind.Timeout, Hindrance.Lent) with { State = new PoolStatistics { Name = "orders", Min = 1, Max = 8, InUse = 8, Working = 3, StatementsWaiting = 9 } };

        var message = failure.ToException().Message;

        Assert.Contains("all of max-connections (8) are in use: 5 lent, 3 running statements", message, StringComparison.Ordinal);
        Assert.Contains("(open 8 of 8, idle 0, in use 8 (3 running statements),", message, StringComparison.Ordinal);
        Assert.Contains("waiting 0, statements waiting 9, longest hold", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_pool_of_which_one_connection_is_lent_counts_those_that_run_statements_among_the_others()
    {
        var failure = Failure(PoolErrorKind.Timeout, Hindrance.Lent) with { State = State with { Working = 1 } };

        Assert.Contains("1 of max-connections (8) are lent, and the others are not ready: 1 running statements, 1 resetting", failure.ToException().Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_statement_that_timed_out_names_the_settings_of_statements()
    {
        var failure = OfStatement(Hindrance.Lent) with { State = State with { InUse = 5, Working = 4, LongestRun = TimeSpan.FromSeconds(12) } };

        var message = failure.ToException().Message;

        Assert.Contains("within pipeline.timeout (30 s); the statement waited 15.02 s: all of pipeline.connections (4) run other statements, the first for 12 s", message, StringComparison.Ordinal);
        Assert.Contains("Raise pipeline.connections, make the statements that run longest faster, or wait longer with pipeline.timeout.", message, StringComparison.Ordinal);
        Assert.DoesNotContain("acquire-timeout", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_statement_whose_connections_are_lent_names_their_holders()
    {
        var failure = OfStatement(Hindrance.Lent) with { State = State with { InUse = 8 } };

        var message = (failure with { Obstacle = failure.Obstacle! with { Holders = [new Holder(new LeaseOrigin("Orders.cs", 1), TimeSpan.FromSeconds(9))] } }).ToException().Message;

        Assert.Contains("all of max-connections (8) are lent", message, StringComparison.Ordinal);
        Assert.Contains("Held longest: Orders.cs:1 for 9 s, and 7 more.", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_statement_behind_others_of_its_key_says_for_how_long_they_have_been_running()
    {
        var failure = OfStatement(Hindrance.KeyInUse);

        var message = (failure with { Obstacle = failure.Obstacle! with { Lasted = TimeSpan.FromSeconds(4) } }).ToException().Message;

        Assert.Contains("other statements of its key have been running for 4 s", message, StringComparison.Ordinal);
        Assert.Contains("Make the statements of this key faster", message, StringComparison.Ordinal);
    }

    private static PoolFailure OfStatement(Hindrance hindrance) => Failure(PoolErrorKind.Timeout, hindrance) with { Request = Request with { IsStatement = true } };

    private static PoolFailure Failure(PoolErrorKind kind, Hindrance hindrance) =>
        new(kind, "orders", State) { Obstacle = new Obstacle(hindrance, Settings), Request = Request };
}
