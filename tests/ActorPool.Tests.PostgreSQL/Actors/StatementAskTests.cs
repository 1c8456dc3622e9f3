using ActorPool.Tests.PostgreSQL.Support;
using Akka.Actor;

namespace ActorPool.Tests.PostgreSQL.Actors;

/// <summary>Statements of messages that have no sender.</summary>
public sealed class StatementAskTests : PoolTest
{
    [Fact]
    public async Task A_failure_without_a_sender_is_one_warning_that_has_no_value_of_the_statement()
    {
        var pool = await StartAsync(1, 1);
        const string Sql = "SELECT $1::text::int FROM pg_class";

        await EventFilter.Warning(message: $"Pool {Name(pool)}: a statement of a message without a sender failed (SELECT pg_class): 22P02. Send it from an actor, or use Ask, to receive the error.").ExpectOneAsync(() =>
        {
            pool.Manager.Tell(new Execute(Statement.Of(Sql, "secret")), ActorRefs.NoSender);
            return Task.CompletedTask;
        });
    }

    [Fact]
    public async Task A_refusal_without_a_sender_is_one_warning_with_the_remedy()
    {
        var pool = await StartAsync(1, 1, settings => settings with { Pipeline = new PipelineSettings { Timeout = TimeSpan.FromMilliseconds(200) } });
        await using var held = await pool.GetConnAsync();

        await EventFilter.Warning(contains: "a statement of a message without a sender failed (SELECT): Pool").ExpectOneAsync(() =>
        {
            pool.Manager.Tell(new Query(Statement.Of("SELECT 1")), ActorRefs.NoSender);
            return Task.CompletedTask;
        });
    }

    private static string Name(ConnectionPool pool) => pool.Statistics.Name;
}
