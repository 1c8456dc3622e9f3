using Akka.Actor;

namespace ActorPool.Demo.Accounts;

/// <summary>
/// One account. On <see cref="MakeTransfer"/> it tells the pool to read its balance. If there is enough, it asks the pool for a connection, moves money
/// to another account, and pipes the result to the bank. It is the owner of its lease: if it dies, the pool takes the connection back.
/// </summary>
internal sealed class AccountActor : ReceiveActor
{
    public AccountActor(int number, int accounts, IActorRef pool)
    {
        var bank = Context.Parent;
        var balance = Statement.Of($"SELECT balance FROM account WHERE id = {number}");
        Receive<MakeTransfer>(_ => pool.Tell(
            // The tag comes back with the answer: what the balance was read for.
            new Query<long>(balance, row => row.GetInt64(0)) { Repeatable = true, Tag = Transfer.AtRandom(number, accounts) }));
        Receive<QueryResult<long>>(read => Make((Transfer)read.Tag!, read.Values[0]));
        Receive<Status.Failure>(failed => bank.Tell(new TransferFailed(failed.Cause.Message)));

        void Make(Transfer transfer, long balance)
        {
            if (balance < transfer.Amount)
            {
                bank.Tell(new TransferDeclined());
                return;
            }

            TransferAsync(transfer, balance, pool, Self).PipeTo(bank, Self, () => new TransferMade(), error => new TransferFailed(error.Message));
        }
    }

    // Runs outside of the actor, so it gets the reference and does not use Self.
    private static async Task TransferAsync(Transfer transfer, long balance, IActorRef pool, IActorRef self)
    {
        await using var connection = await pool.Ask<PooledConnection>(new GetConn { Owner = self });
        await transfer.MakeAsync(connection, balance);
    }
}
