using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Npgsql;

namespace ActorPool.Tests.PostgreSQL.Support;

/// <summary>
/// Empty databases for tests. To create one costs more than most tests: a database in which a test wrote nothing, and in whose settings
/// it changed nothing, is used again.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "Lives as long as the process.")]
internal sealed class TestDatabases
{
    // By then each backend of the last test has ended, also one of an abandoned open.
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(6);

    // A backend reports its writes before it leaves pg_stat_activity; servers before version 15 report them later.
    private const string IsUntouched = """
        SELECT current_setting('server_version_num')::int >= 150000
            AND EXISTS (SELECT FROM pg_stat_database WHERE datname = $1 AND tup_inserted + tup_updated + tup_deleted = 0)
            AND EXISTS (SELECT FROM pg_database WHERE datname = $1 AND datallowconn AND datconnlimit = -1 AND datacl IS NULL)
            AND NOT EXISTS (SELECT FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase WHERE d.datname = $1)
            AND NOT EXISTS (SELECT FROM pg_stat_activity WHERE datname = $1)
        """;

    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly Queue<(string Name, long Since)> _returned = new();
    private readonly NpgsqlConnection _admin;
    private int _created;

    private TestDatabases(NpgsqlConnection admin) => _admin = admin;

    public static async Task<TestDatabases> OnAsync(string connectionString)
    {
        var admin = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        await admin.OpenAsync();
        return new TestDatabases(admin);
    }

    public async Task<string> TakeAsync()
    {
        await _one.WaitAsync();
        try
        {
            while (Rested() is { } returned)
            {
                if (await IsUntouchedAsync(returned))
                    return returned;
            }

            var name = $"actorpool_test_{Environment.ProcessId}_{++_created}";
            await using var create = new NpgsqlCommand($"CREATE DATABASE {name}", _admin);
            await create.ExecuteNonQueryAsync();
            return name;
        }
        finally
        {
            _one.Release();
        }
    }

    public void Return(string name)
    {
        lock (_returned)
            _returned.Enqueue((name, Stopwatch.GetTimestamp()));
    }

    private string? Rested()
    {
        lock (_returned)
            return _returned.TryPeek(out var oldest) && Stopwatch.GetElapsedTime(oldest.Since) > Rest ? _returned.Dequeue().Name : null;
    }

    private async Task<bool> IsUntouchedAsync(string name)
    {
        await using var command = new NpgsqlCommand(IsUntouched, _admin);
        command.Parameters.AddWithValue(name);
        return (bool)(await command.ExecuteScalarAsync())!;
    }
}
