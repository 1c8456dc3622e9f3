using ActorPool.Core.Model;
using ActorPool.Statements;
using Npgsql;

namespace ActorPool.Driver;

/// <summary>Statements of many callers, run one after the other.</summary>
internal sealed partial class NpgsqlPhysicalConnection
{
    public async Task<ReturnCondition> RunAsync(StatementBatch batch)
    {
        var affected = new List<int>();
        for (var index = 0; index < batch.Statements.Count; index++)
        {
            batch.Running = index;
            var statement = (RunnableStatement)batch.Statements[index];
            statement.End = StatementEnd.Answered;
            affected.Clear();
            try
            {
                await RunAloneAsync(statement, affected).ConfigureAwait(false);
                statement.Succeed(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(affected));
            }
            catch (Exception error)
            {
                statement.Fail(error);
            }

            if (index < batch.Statements.Count - 1)
                statement.Deliver(onThisThread: false);
        }

        return Release(driverWasUsed: false);
    }

    public void CancelRunning(StatementBatch batch, int index)
    {
        if (batch.Running == index)
            _ = CancelAsync();
    }

    private async Task RunAloneAsync(RunnableStatement statement, List<int> affected)
    {
        var driver = new NpgsqlBatch(connection) { Timeout = 0 };
        await using (driver.ConfigureAwait(false))
        {
            foreach (var sent in statement.ToSend)
                driver.BatchCommands.Add(CommandOf(sent));
            statement.Begin();
            var reader = await driver.ExecuteReaderAsync().ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                do
                {
                    if (reader.FieldCount == 0 || statement.Wanted == RowsWanted.None)
                        continue;
                    statement.Columns(reader);
                    while (await reader.ReadAsync().ConfigureAwait(false))
                        statement.Row(reader);
                }
                while (await reader.NextResultAsync().ConfigureAwait(false));
            }

            foreach (var command in driver.BatchCommands)
                affected.Add(command.RecordsAffected);
        }
    }

    private static NpgsqlBatchCommand CommandOf(Statement sent)
    {
        var command = new NpgsqlBatchCommand(sent.Sql);
        foreach (var value in sent.Values)
            command.Parameters.Add(value.ToNpgsql());
        return command;
    }
}
