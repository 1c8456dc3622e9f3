using ActorPool.Driver;
using Npgsql;
using static ActorPool.Driver.StatementFate;

namespace ActorPool.Tests.Driver;

/// <summary>What an error means for the statement that was read, and for those behind it.</summary>
public sealed class StatementFatesTests
{
    private static readonly NpgsqlException SocketEnd = new("Exception while reading from stream", new EndOfStreamException());
    private static readonly NpgsqlException CancelledByThePool = new("Exception while reading from stream", new TimeoutException());

    [Fact]
    public void An_error_of_the_server_is_the_answer_of_its_statement_alone() =>
        Assert.Equal(new StatementFates(Failed, null), Of(Answer("22012")));

    [Fact]
    public void A_plan_that_is_out_of_date_is_not_the_error_of_the_statement()
    {
        Assert.Equal(new StatementFates(Again, null), Of(Answer("0A000", routine: "RevalidateCachedQuery")));
        Assert.Equal(new StatementFates(Failed, null), Of(Answer("0A000", routine: "transformSelectStmt")));
        Assert.Equal(new StatementFates(Again, null), Of(Answer("26000")));
    }

    [Fact]
    public void A_cancellation_meant_for_an_earlier_statement_is_not_the_error_of_this_one()
    {
        foreach (var error in new Exception[] { Answer("57014"), CancelledByThePool })
        {
            Assert.Equal(new StatementFates(Again, null), StatementFates.Of(error, isOpen: true, isComplete: false, mayBeCancelled: true));
            Assert.Equal(new StatementFates(Failed, null), StatementFates.Of(error, isOpen: true, isComplete: false, mayBeCancelled: false));
        }
    }

    [Theory]
    [InlineData("FATAL")]
    [InlineData("PANIC")]
    public void After_the_last_words_of_the_server_nothing_ran(string severity) =>
        Assert.Equal(new StatementFates(Failed, NotRun), StatementFates.Of(Answer("57P01", severity), isOpen: false, isComplete: false, mayBeCancelled: false));

    [Fact]
    public void A_statement_may_be_committed_when_only_its_commit_was_left() =>
        Assert.Equal(new StatementFates(Unknown, NotRun), StatementFates.Of(Answer("57P01", "FATAL"), isOpen: false, isComplete: true, mayBeCancelled: false));

    [Fact]
    public void The_server_goes_on_behind_an_error_over_which_the_driver_gives_up() =>
        Assert.Equal(new StatementFates(Failed, Unknown), StatementFates.Of(Answer("XX000"), isOpen: false, isComplete: true, mayBeCancelled: false));

    [Fact]
    public void A_connection_that_ends_without_a_word_leaves_everything_unknown()
    {
        Assert.Equal(new StatementFates(Unknown, Unknown), StatementFates.Of(SocketEnd, isOpen: false, isComplete: false, mayBeCancelled: true));
        Assert.Equal(new StatementFates(Unknown, Unknown), StatementFates.Of(CancelledByThePool, isOpen: false, isComplete: false, mayBeCancelled: true));
        Assert.Equal(new StatementFates(Unknown, Unknown), Of(new InvalidOperationException("The driver has lost its place.")));
    }

    private static StatementFates Of(Exception error) => StatementFates.Of(error, isOpen: true, isComplete: false, mayBeCancelled: false);

    private static PostgresException Answer(string state, string severity = "ERROR", string routine = "") => new("", severity, severity, state, routine: routine);
}
