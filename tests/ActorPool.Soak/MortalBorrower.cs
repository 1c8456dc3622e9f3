using Akka.Actor;

namespace ActorPool.Soak;

/// <summary>An actor that borrows for itself and is stopped at any moment: waiting, with a lease, in a transaction, in a query.</summary>
internal sealed class MortalBorrower : ReceiveActor
{
    public MortalBorrower(IActorRef manager, int habit)
    {
        Receive<PooledConnection>(connection => _ = UseAsync(connection, habit));
        Receive<Status.Failure>(_ => { });
        manager.Tell(new GetConn(), Self);
    }

    private static async Task UseAsync(PooledConnection connection, int habit)
    {
        try
        {
            if (habit == 0)
                return;
            await using var command = connection.CreateCommand();
            command.CommandText = habit == 1 ? "BEGIN" : "SELECT pg_sleep(5)";
            await command.ExecuteNonQueryAsync();
        }
        catch (Exception error) when (Expected.Is(error))
        {
            // The actor was stopped in the middle, on purpose.
        }
    }
}
