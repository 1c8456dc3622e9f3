using ActorPool.ThrowawayPostgres;

namespace ActorPool.Tests.ThrowawayPostgres.Support;

/// <summary>One throwaway server for all tests of a class, one after the other.</summary>
public sealed class RunningServer : IAsyncLifetime
{
    /// <summary>The server; a test that stops it need not start it again.</summary>
    public PostgresServer Server { get; private set; } = null!;

    public async Task InitializeAsync() => Server = await PostgresServer.StartAsync();

    public async Task DisposeAsync() => await Server.DisposeAsync();
}
