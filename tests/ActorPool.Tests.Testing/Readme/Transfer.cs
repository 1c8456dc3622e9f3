public sealed class Transfer : ReceiveActor
{
    public Transfer(IActorRef pool, decimal amount)
    {
        ReceiveAsync<PooledConnection>(async connection =>
        {
            try
            {
                await using (connection)
                {
                    await using var transaction = await connection.BeginTransactionAsync();
                    await connection.ExecuteAsync("UPDATE accounts SET balance = balance - @amount WHERE id = 1", new { amount }, transaction);
                    await connection.ExecuteAsync("UPDATE accounts SET balance = balance + @amount WHERE id = 2", new { amount }, transaction);
                    await transaction.CommitAsync();
                }

                End(new Status.Success(amount));
            }
            catch (Exception error)    // the database's refusal
            {
                End(new Status.Failure(error));
            }
        });
        Receive<Status.Failure>(End);    // the pool's refusal; its Cause says why
        pool.Tell(new GetConn());
    }

    private void End(Status result)
    {
        Context.Parent.Tell(result);
        Context.Stop(Self);
    }
}
