using Akka.Actor;

namespace ActorPool.Demo.Accounts;

/// <summary>
/// One account. On <see cref="MakeTransfer"/> it asks the pool for a connection, moves money to another account, and pipes the result to
/// the bank. It is the owner of its lease: if it dies, the pool takes the connection back.
/// </summary>
internal sealed class AccountActor : ReceiveActor
{
    public AccountActor(int number, int accounts, IActorRef pool)
    {
        Receive<MakeTransfer>(_ =>
            TransferAsync(Transfer.AtRandom(number, accounts), pool, Self).PipeTo(
                Sender,
                Self,
                made => made ? new TransferMade() : new TransferDeclined(),
                error => new TransferFailed(error.Message)));
    }

    // Runs outside of the actor, so it gets the reference and does not use Self.
    private static async Task<bool> TransferAsync(Transfer transfer, IActorRef pool, IActorRef self)
    {
        await using var connection = await pool.Ask<PooledConnection>(new GetConn { Owner = self });
        return await transfer.MakeAsync(connection);
    }
}
