using ActorPool.Actors;
using ActorPool.Tests.Actors.Support;

namespace ActorPool.Tests.Actors;

/// <summary>Statements while something else happens to their manager or their connection: one answer each, and no connection is lost.</summary>
public sealed class StatementRaceTests
{
    [Fact]
    public void A_statement_is_answered_by_its_connection() =>
        SteppedPool.Run(2, pool =>
        {
            var answer = Started(pool);
            pool.Source.All[0].EndBatch();

            Assert.Equal(1, answer.Result);
            Assert.Equal(["open", "run 1"], pool.Source.All[0].Calls);
            pool.HasLostNothing();
        });

    [Fact]
    public void Those_that_come_meanwhile_are_the_next_batch() =>
        SteppedPool.Run(2, pool =>
        {
            // The text is known as fast from its second run on.
            Started(pool);
            pool.Source.All[0].EndBatch();
            pool.Pump();
            var answers = Enumerable.Range(0, 4).Select(_ => pool.Tell()).ToArray();
            pool.Pump();
            pool.Source.All[0].EndBatch();
            pool.Pump();
            pool.Source.All[0].EndBatch();

            Assert.All(answers, answer => Assert.Equal(1, answer.Result));
            Assert.Equal(["open", "run 1", "run 1", "run 3"], pool.Source.All[0].Calls);
            pool.HasLostNothing();
        });

    [Fact]
    public void A_batch_goes_on_over_a_crash_and_waiting_statements_get_the_error() =>
        SteppedPool.Run(1, pool =>
        {
            var running = Started(pool);
            var waiting = pool.Tell();
            pool.Pump();
            pool.Crash();
            pool.Pump();
            Assert.Equal(PoolErrorKind.Timeout, Assert.Throws<PoolException>(() => waiting.GetAwaiter().GetResult()).Kind);
            Assert.Equal(1, pool.Statistics.Working);

            pool.Source.All[0].EndBatch();
            Assert.Equal(1, running.Result);
            pool.HasLostNothing();
        });

    [Fact]
    public void A_report_behind_a_crash_reaches_the_new_manager() =>
        SteppedPool.Run(1, pool =>
        {
            var running = Started(pool);
            pool.Crash();
            pool.Source.All[0].EndBatch(ReturnCondition.Clean, StatementEnd.NotRun);
            pool.Pump();
            Assert.Equal(["open", "run 1", "run 1"], pool.Source.All[0].Calls);

            pool.Source.All[0].EndBatch();
            Assert.Equal(1, running.Result);
            pool.HasLostNothing();
        });

    [Fact]
    public void A_statement_behind_a_crash_is_run_by_the_new_manager() =>
        SteppedPool.Run(1, pool =>
        {
            pool.Crash();
            var answer = pool.Tell();
            pool.Pump();
            pool.Source.All[0].EndBatch();
            Assert.Equal(1, answer.Result);
            pool.HasLostNothing();
        });

    [Fact]
    public void A_statement_whose_caller_gives_up_unsent_is_not_run() =>
        SteppedPool.Run(1, pool =>
        {
            using var cancellation = new CancellationTokenSource();
            var running = Started(pool);
            var waiting = pool.Tell(cancellation: cancellation.Token);
            pool.Pump();
            cancellation.Cancel();
            pool.Pump();
            pool.Source.All[0].EndBatch();
            pool.Pump();

            Assert.Throws<OperationCanceledException>(() => waiting.GetAwaiter().GetResult());
            Assert.Equal(1, running.Result);
            Assert.Equal(["open", "run 1"], pool.Source.All[0].Calls);
            pool.HasLostNothing();
        });

    [Fact]
    public void One_that_runs_is_cancelled_at_the_server() =>
        SteppedPool.Run(1, pool =>
        {
            using var cancellation = new CancellationTokenSource();
            var running = Started(pool, cancellation.Token);
            pool.Source.All[0].Batch!.Running = 0;
            cancellation.Cancel();
            pool.Pump();
            Assert.Throws<OperationCanceledException>(() => running.GetAwaiter().GetResult());
            Assert.Equal("cancel 0", pool.Source.All[0].Calls[^1]);

            pool.Source.All[0].EndBatch();
            pool.HasLostNothing();
        });

    [Fact]
    public void A_sent_statement_whose_time_is_over_has_an_unknown_outcome() =>
        SteppedPool.Run(1, pool =>
        {
            var running = pool.Tell(timeout: TimeSpan.FromMilliseconds(50));
            pool.Pump();
            pool.Advance(TimeSpan.FromMilliseconds(60));
            var error = Assert.Throws<PoolException>(() => running.GetAwaiter().GetResult());
            Assert.Equal((PoolErrorKind.OutcomeUnknown, false), (error.Kind, error.IsTransient));

            pool.Source.All[0].EndBatch();
            pool.HasLostNothing();
        });

    [Fact]
    public void A_pool_that_closes_answers_a_statement_whose_connection_is_silent() =>
        SteppedPool.Run(1, pool =>
        {
            var running = Started(pool);
            var connection = pool.Source.All[0];
            pool.Context.Send(new PoolOrder(PoolOrderKind.CloseAll));
            pool.Pump();

            Assert.Equal(PoolErrorKind.OutcomeUnknown, Assert.Throws<PoolException>(() => running.GetAwaiter().GetResult()).Kind);
            connection.EndBatch(ReturnCondition.Broken, StatementEnd.NotRun);
            pool.IsClosed();
        });

    private static Task<int> Started(SteppedPool pool, CancellationToken cancellation = default)
    {
        var answer = pool.Tell(cancellation: cancellation);
        pool.Pump();
        Assert.NotNull(pool.Source.All[0].Batch);
        return answer;
    }
}
