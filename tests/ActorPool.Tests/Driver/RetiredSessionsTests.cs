using ActorPool.Driver;
using Npgsql;

namespace ActorPool.Tests.Driver;

/// <summary>Which errors retire a session.</summary>
public sealed class RetiredSessionsTests
{
    [Theory]
    [InlineData(null, true)]
    [InlineData("any", true)]
    [InlineData("primary", true)]
    [InlineData("read-write", true)]
    [InlineData("prefer-primary", true)]
    [InlineData("standby", false)]
    [InlineData("prefer-standby", false)]
    [InlineData("read-only", false)]
    public void A_refused_write_retires_a_session_unless_the_pool_is_for_reading(string? attributes, bool retires)
    {
        var sessions = new RetiredSessions(new PoolSettings("", 0, 1).RetireOn, SessionTarget.Of(attributes));

        Assert.Equal(retires, sessions.Means(Error(PostgresErrorCodes.ReadOnlySqlTransaction)));
        Assert.True(sessions.Means(Error(PostgresErrorCodes.AdminShutdown)));
        Assert.False(sessions.Means(Error(PostgresErrorCodes.UniqueViolation)));
    }

    [Fact]
    public void The_error_of_another_pool_inside_a_hook_does_not_retire_a_session()
    {
        var sessions = new RetiredSessions(new PoolSettings("", 0, 1).RetireOn, null);
        var refusal = new PoolException(PoolErrorKind.ConnectFailed, "The other server starts up.", Error(PostgresErrorCodes.CannotConnectNow));

        Assert.Equal(PostgresErrorCodes.CannotConnectNow, refusal.SqlState);
        Assert.False(sessions.Means(refusal));
        Assert.False(sessions.Means(new InvalidOperationException("The hook failed.", refusal)));
    }

    private static PostgresException Error(string state) => new("it", "ERROR", "ERROR", state);
}
