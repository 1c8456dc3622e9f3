using System.Data.Common;
using Npgsql;

namespace ActorPool.Psycopg2;

/// <summary>One of this project's pools.</summary>
/// <param name="name">For the report.</param>
/// <param name="application">The application name of its backends.</param>
/// <param name="view">For this pool alone.</param>
/// <param name="pool">The entry point.</param>
/// <param name="stranger">A lease of another pool.</param>
public sealed class ComparedActorPool(string name, string application, ServerView view, IEntryPoint pool, PooledConnection stranger)
    : ComparedPool(name, application, view)
{
    private readonly Dictionary<int, (PooledConnection Lease, int Pid)> _handles = [];
    private readonly Dictionary<PooledConnection, int> _lent = [];
    private readonly HashSet<PooledConnection> _inTransaction = [];
    private readonly Dictionary<PooledConnection, DbTransaction> _transactions = [];
    private bool _closed;

    protected override bool IsSettled =>
        !pool.KeepsStatistics || pool.Statistics is { Opening: 0, Resetting: 0, Validating: 0, Closing: 0, Waiting: 0 };

    public override async ValueTask DisposeAsync()
    {
        // A sequence that was broken off has left leases out, for which a graceful end would wait.
        if (!_closed)
            await DoAsync(new Call(CallKind.CloseAll));
        await pool.DisposeAsync();
    }

    protected override Task<(int? Idle, int? Lent)> CountsAsync()
    {
        var now = pool.Statistics;
        return Task.FromResult<(int?, int?)>((now.Idle + now.Resetting, now.InUse));
    }

    protected override async Task<Answer> AnswerAsync(Call call)
    {
        try
        {
            switch (call.Kind)
            {
                case CallKind.Get:
                    return await GetAsync(call);
                case CallKind.Put:
                    await pool.PutAsync(_handles[call.Handle].Lease, call.Key, call.Close);
                    _lent.Remove(_handles[call.Handle].Lease);
                    return Answer.Done;
                case CallKind.Dispose:
                    await _handles[call.Handle].Lease.DisposeAsync();
                    _lent.Remove(_handles[call.Handle].Lease);
                    return Answer.Done;
                case CallKind.PutStranger:
                    await pool.PutAsync(stranger, null, close: false);
                    return Answer.Done;
                case CallKind.CloseAll:
                    await pool.CloseAllAsync();
                    _closed = true;
                    return Answer.Done;
                default:
                    var (lease, pid) = _handles[call.Handle];
                    return await HappenAsync(call, lease, pid);
            }
        }
        catch (PoolException refusal)
        {
            return refusal.Kind switch
            {
                PoolErrorKind.Closed => Answer.Closed,
                PoolErrorKind.Exhausted => Answer.Exhausted,
                PoolErrorKind.NotCheckedOut => Answer.Unkeyed,
                _ => Answer.Unexpected(refusal.Message),
            };
        }
    }

    private async Task<Answer> GetAsync(Call call)
    {
        var lease = await pool.GetAsync(call.Key);
        if (!Equals(lease.Key, call.Key))
            return Answer.Unexpected($"the lease has the key {lease.Key ?? "none"}");
        var again = _lent.TryGetValue(lease, out var pid);
        if (!again)
            _lent[lease] = pid = lease.Npgsql.ProcessID;
        _handles[call.Handle] = (lease, pid);
        return Answer.Connection(NumberOf(pid), again);
    }

    private async Task<Answer> HappenAsync(Call call, PooledConnection lease, int pid)
    {
        switch (call.Kind)
        {
            case CallKind.Begin:
                await BeginAsync(call, lease);
                break;
            case CallKind.Fail:
                if (!_inTransaction.Contains(lease))
                    await BeginAsync(call, lease);
                return await FailsAsync(lease, "SELECT 1 / 0");
            case CallKind.End:
                _inTransaction.Remove(lease);
                if (_transactions.Remove(lease, out var transaction))
                    await transaction.CommitAsync();
                else
                    await ExecuteAsync(lease, "COMMIT");
                break;
            case CallKind.Mark:
                await ExecuteAsync(lease, "SELECT pg_advisory_lock(pg_backend_pid())");
                break;
            case CallKind.UserClose:
                await lease.Npgsql.CloseAsync();
                break;
            case CallKind.Kill:
                await View.TerminateAsync(pid);
                break;
            case CallKind.Notice:
                return await FailsAsync(lease, "SELECT 1");
        }

        return Answer.Done;
    }

    // Both ways to open a transaction: the driver knows of the first only, and begins it with the next statement.
    private async Task BeginAsync(Call call, PooledConnection lease)
    {
        _inTransaction.Add(lease);
        if (call.Handle % 2 == 0)
            _transactions[lease] = await lease.BeginTransactionAsync();
        else
            await ExecuteAsync(lease, "BEGIN");
        await ExecuteAsync(lease, "SELECT 1");
    }

    private static async Task ExecuteAsync(PooledConnection lease, string sql)
    {
        await using var command = lease.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<Answer> FailsAsync(PooledConnection lease, string sql)
    {
        try
        {
            await ExecuteAsync(lease, sql);
            return Answer.Unexpected($"{sql} did not fail");
        }
        catch (NpgsqlException error) when (error is not PoolException)
        {
            return Answer.Done;
        }
    }
}
