using ActorPool.Demo.Accounts;
using ActorPool.Demo.Server;
using Akka.Actor;
using Npgsql;

namespace ActorPool.Demo.Holder;

/// <summary>
/// Borrows by Tell, so that the pool watches the actor itself; begins a transaction, takes money out of the vault in it, and
/// reports <see cref="Holding"/>. On <see cref="Die"/> it throws, with the transaction open and the connection not returned.
/// </summary>
internal sealed class HolderActor : ReceiveActor
{
    /// <summary>The amount that it takes out of the vault.</summary>
    public const int Amount = 500;

    private readonly IActorRef _pool;
    // Held until the end, so that only the death of the actor returns it.
    private PooledConnection? _connection;

    public HolderActor(IActorRef pool, IActorRef listener)
    {
        _pool = pool;
        Receive<PooledConnection>(connection =>
        {
            _connection = connection;
            TakeAsync(connection, Self).PipeTo(listener, Self);
        });
        Receive<Status.Failure>(listener.Forward);
        Receive<Die>(_ => throw new InvalidOperationException($"The holder dies while its connection is {_connection?.State}."));
    }

    protected override void PreStart() => _pool.Tell(new GetConn());

    private static async Task<Holding> TakeAsync(PooledConnection connection, IActorRef self)
    {
        await connection.BeginTransactionAsync();
        await using var command = new NpgsqlCommand(
            "UPDATE account SET balance = balance - $1 WHERE id = $2 RETURNING pg_backend_pid(), balance", connection.Npgsql);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = Amount });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = DemoSchema.Vault });
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        return new Holding(self, reader.GetInt32(0), reader.GetInt64(1));
    }
}

/// <summary>To the holder.</summary>
internal sealed record Die;
