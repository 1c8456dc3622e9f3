using System.Data.Common;
using ActorPool.Core.Model;
using ActorPool.Driver;
using Npgsql;

namespace ActorPool.Benchmarks.Micro;

/// <summary>Opens, works and closes at once.</summary>
internal sealed class IdleConnection(int number) : IPhysicalConnection
{
    public DbConnection Driver { get; } = new NpgsqlConnection();

    public bool IsBusy => false;

    public long Progress => 0;

    public Action? ClosedByReader { get; set; }

    public int ProcessId => number;

    public void Failed(Exception error)
    {
    }

    public DbDataReader WhenClosed(DbDataReader reader, Action closed) => throw new NotSupportedException("Nothing is read without a server.");

    public Task OpenAsync() => Task.CompletedTask;

    public Task WorkAsync(ConnectionWork work, object? key = null) => Task.CompletedTask;

    public Task<ReturnCondition> RunAsync(StatementBatch batch) => throw new NotSupportedException("Nothing is run without a server.");

    public void CancelRunning(StatementBatch batch, int index)
    {
    }

    public bool PrependReset() => true;

    public SocketState Probe() => SocketState.Silent;

    public void Lend()
    {
    }

    public ReturnCondition Release(bool driverWasUsed) => ReturnCondition.Clean;

    public void EndLease(LeaseEnd end)
    {
    }

    public Task CloseAsync() => Task.CompletedTask;

    public Task AbortAsync(Action<BackendIdentity>? stays = null) => Task.CompletedTask;

    public Task TerminateAsync(BackendIdentity backend) => Task.CompletedTask;
}
