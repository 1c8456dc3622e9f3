using ActorPool.ThrowawayPostgres;

namespace ActorPool.Tests.PostgreSQL.Support;

/// <summary>A server for one class of tests, which may stop it and its backends. Each test leaves it as it was.</summary>
public sealed class OwnServer : IAsyncLifetime
{
    public PostgresServer Server { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Server = await PostgresServer.StartAsync();
        Assert.True(Server.IsThrowaway, "A server given from outside cannot be stopped: run this test without one.");
    }

    public async Task DisposeAsync() => await Server.DisposeAsync();
}
