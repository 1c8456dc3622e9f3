using ActorPool.Errors;
using Npgsql;

namespace ActorPool.Tests.Errors;

/// <summary>An error tells code whether to try again, and a reader what happened and what to do.</summary>
public sealed class PoolExceptionTests
{
    private static readonly PoolStatistics State = new()
    {
        Name = "orders", Min = 1, Max = 9, Idle = 2, InUse = 3, Closing = 1, Opening = 4, Waiting = 5, LongestHold = TimeSpan.FromSeconds(12.34),
    };

    [Theory]
    [InlineData(PoolErrorKind.Closed, false)]
    [InlineData(PoolErrorKind.Exhausted, true)]
    [InlineData(PoolErrorKind.Timeout, true)]
    [InlineData(PoolErrorKind.TooManyWaiting, true)]
    [InlineData(PoolErrorKind.NotCheckedOut, false)]
    [InlineData(PoolErrorKind.ConnectFailed, true)]
    [InlineData(PoolErrorKind.NotLocal, false)]
    [InlineData(PoolErrorKind.NotAsStatement, false)]
    [InlineData(PoolErrorKind.OutcomeUnknown, false)]
    [InlineData(PoolErrorKind.TooLarge, false)]
    [InlineData(PoolErrorKind.StatementFailed, false)]
    public void An_error_is_transient_if_a_later_try_may_succeed(PoolErrorKind kind, bool isTransient)
    {
        Assert.Equal(isTransient, new PoolException(kind, "text").IsTransient);
        Assert.Equal(kind, new PoolException(kind, "text").Kind);
    }

    [Fact]
    public void Every_kind_has_the_name_of_the_pool_and_its_numbers()
    {
        var messages = Enum.GetValues<PoolErrorKind>().Select(kind => new PoolFailure(kind, "orders", State).ToException().Message).ToList();

        Assert.All(messages, message =>
        {
            Assert.StartsWith("Pool 'orders': ", message, StringComparison.Ordinal);
            Assert.Contains("(open 6 of 9, idle 2, in use 3, resetting 0, validating 0, closing 1, opening 4, waiting 5, longest hold 12.3 s)", message, StringComparison.Ordinal);
        });
        Assert.Equal(messages.Count, messages.Distinct().Count());
    }

    [Theory]
    [InlineData(PoolErrorKind.Closed, "connection pool is closed", "Start a new pool")]
    [InlineData(PoolErrorKind.Exhausted, "connection pool exhausted", "max-connections")]
    [InlineData(PoolErrorKind.Timeout, "time-out", "acquire-timeout")]
    [InlineData(PoolErrorKind.TooManyWaiting, "too many", "max-waiting")]
    [InlineData(PoolErrorKind.NotCheckedOut, "not lent", "Put a connection once")]
    [InlineData(PoolErrorKind.ConnectFailed, "could be opened", "connection-string")]
    [InlineData(PoolErrorKind.NotLocal, "another process", "use a pool in the process of the sender")]
    [InlineData(PoolErrorKind.NotAsStatement, "cannot be told", "TransactAsync")]
    [InlineData(PoolErrorKind.OutcomeUnknown, "may have been carried out", "Repeatable")]
    [InlineData(PoolErrorKind.TooLarge, "larger than a message", "fewer rows")]
    [InlineData(PoolErrorKind.StatementFailed, "a sender in another process failed", "SqlState")]
    public void A_text_says_what_happened_and_what_to_do(PoolErrorKind kind, string what, string remedy)
    {
        var message = new PoolFailure(kind, "orders").ToException().Message;

        Assert.Contains(what, message, StringComparison.Ordinal);
        Assert.Contains(remedy, message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_servers_own_error_is_inside_and_in_the_text()
    {
        var cause = new PostgresException("sorry, too many clients already", "FATAL", "FATAL", "53300");

        var error = new PoolFailure(PoolErrorKind.Timeout, "orders", State, cause).ToException();

        Assert.Same(cause, error.InnerException);
        Assert.Equal("53300", error.SqlState);
        Assert.Contains("too many clients", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_error_without_a_cause_has_no_SQLSTATE() => Assert.Null(new PoolException(PoolErrorKind.Closed, "text").SqlState);
}
