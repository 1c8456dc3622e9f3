using System.Data.Common;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using Akka.Actor;
using Npgsql;

namespace ActorPool.Soak;

/// <summary>The users of the pool. Each piece of work uses it in one of many ways: well, badly, or not to the end.</summary>
internal sealed class Borrowers(SoakWorld world, ToldStatements told, Tally tally)
{
    private const int Keys = 30;

    private static readonly TimeSpan Allowed = SoakWorld.AcquireTimeout;

    // Borrowers that share a lease must not run commands at the same time; the pool decides which share.
    private readonly ConditionalWeakTable<PooledConnection, SemaphoreSlim> _turns = [];

    private ConnectionPool Pool => world.Pool;

    private static bool IsCalm => Stopwatch.GetElapsedTime(0).Seconds / 5 % 2 == 1;

    /// <summary>One borrower: one piece of work after another, until the end.</summary>
    public async Task RunAsync(int seed, CancellationToken end)
    {
        var random = new Random(seed);
        while (!end.IsCancellationRequested)
        {
            var (name, work) = Pick(random);
            try
            {
                await work(random);
                tally.Count(name);
            }
            catch (Exception error) when (Expected.Is(error))
            {
                tally.Count(Expected.Name(error));
            }

            // Rush hours, in which nearly all borrowers wait, and calm ones, in which sessions are found again and the pool shrinks.
            await Task.Delay(IsCalm ? random.Next(200, 3000) : random.Next(1, 30), CancellationToken.None);
        }
    }

    private (string, Func<Random, Task>) Pick(Random random) => random.Next(100) switch
    {
        < 10 => ("echo", EchoAsync),
        < 15 => ("told echo", told.EchoAsync),
        < 17 => ("told failure", told.FailAsync),
        < 21 => ("told insert", told.InsertAsync),
        < 23 => ("told group", told.GroupAsync),
        < 25 => ("asked insert", told.AskAsync),
        < 27 => ("told transaction", told.TransactAsync),
        < 29 => ("cancelled insert", told.CancelAsync),
        < 35 => ("asked echo", AskedEchoAsync),
        < 50 => ("key", KeyAsync),
        < 65 => ("transfer", TransferAsync),
        < 73 => ("cancelled wait", CancelAsync),
        < 80 => ("hasty ask", HastyAskAsync),
        < 87 => ("actor that dies", DyingActorAsync),
        < 92 => ("sloppy return", SloppyAsync),
        < 94 => ("closed return", CloseAsync),
        < 96 => ("second put", PutTwiceAsync),
        < 99 => ("stale object", StaleAsync),
        _ => random.Next(3) == 0 ? ("forgotten lease", ForgetAsync) : ("long query", LongAsync),
    };

    private Task<PooledConnection> BorrowAsync(object? key = null, CancellationToken cancellation = default) =>
        Lateness.OfAsync(() => Pool.GetConnAsync(key, cancellation).AsTask(), Allowed, "a call");

    private Task<PooledConnection> BorrowAsync(GetConn request) =>
        Lateness.OfAsync(() => Pool.GetConnAsync(request).AsTask(), Allowed, "a call");

    private Task<DbConnection> OpenAsync() =>
        Lateness.OfAsync(() => new PooledDataSource(Pool).OpenConnectionAsync().AsTask(), Allowed, "an open");

    private Task<PooledConnection> AskAsync(TimeSpan timeout, object? key = null) =>
        Lateness.OfAsync(() => Pool.Manager.Ask<PooledConnection>(new GetConn(key) { Timeout = timeout }, timeout + TimeSpan.FromSeconds(30)), timeout, "an Ask");

    private async Task EchoAsync(Random random)
    {
        await using var connection = await BorrowAsync();
        for (var i = random.Next(3); i >= 0; i--)
            await EchoOnAsync(connection, random.NextInt64());
    }

    private async Task AskedEchoAsync(Random random)
    {
        var connection = await AskAsync(TimeSpan.FromSeconds(1));
        await using (connection)
            await EchoOnAsync(connection, random.NextInt64());
    }

    private static async Task EchoOnAsync(PooledConnection connection, long nonce)
    {
        await using var command = new NpgsqlCommand("SELECT $1", connection.Npgsql) { Parameters = { new() { Value = nonce } } };
        var answer = (long)(await command.ExecuteScalarAsync())!;
        if (answer != nonce)
            throw new SoakFailedException($"a query for {nonce} was answered {answer}");
    }

    /// <summary>A session is found again whole, or it is new and clean. An exclusive request has it alone.</summary>
    private async Task KeyAsync(Random random)
    {
        var (key, alone) = ($"key-{random.Next(Keys)}", random.Next(3) == 0);
        await using var connection = await BorrowAsync(new GetConn(key) { Exclusive = alone });
        var turn = _turns.GetValue(connection, _ => new SemaphoreSlim(1));
        if (!await turn.WaitAsync(alone ? TimeSpan.Zero : Timeout.InfiniteTimeSpan))
            throw new SoakFailedException($"another borrower joined an exclusive lease of {key}");
        try
        {
            var owner = await ScalarAsync(connection, "SELECT to_regclass('pg_temp.mine')::text") is string
                ? (string?)await ScalarAsync(connection, "SELECT owner FROM mine")
                : null;
            if (owner is not null && owner != key)
                throw new SoakFailedException($"{key} finds the session of {owner}");
            if (owner is null)
                await ExecuteAsync(connection, $"CREATE TEMP TABLE mine AS SELECT '{key}'::text AS owner");
            tally.Count(owner is null ? "session new" : "session found");
            if (alone)
                tally.Count("session alone");
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Money moves as a whole or not at all, also when a fault comes in the middle.</summary>
    private async Task TransferAsync(Random random)
    {
        var (from, to, amount, ending) = (random.Next(SoakWorld.Accounts) + 1, random.Next(SoakWorld.Accounts) + 1, random.Next(10), random.Next(4));
        await using DbConnection connection = random.Next(2) == 0 ? await BorrowAsync() : await OpenAsync();
        var transaction = await connection.BeginTransactionAsync();
        // In one order, so that transfers do not wait for each other in a circle.
        foreach (var (account, change) in new[] { (from, -amount), (to, amount) }.OrderBy(part => part.Item1))
            await ExecuteAsync(connection, $"UPDATE accounts SET balance = balance + {change} WHERE id = {account}");
        if (ending == 0)
            await transaction.RollbackAsync();
        else if (ending < 3)
            await transaction.CommitAsync();
        // Else it is left open, for the pool to roll back.
    }

    private async Task CancelAsync(Random random)
    {
        using var cancellation = new CancellationTokenSource(TimeSpan.FromMilliseconds(random.NextDouble() * 50));
        await using var connection = await BorrowAsync(random.Next(2) == 0 ? null : $"key-{random.Next(Keys)}", cancellation.Token);
    }

    /// <summary>An Ask that may end at the moment of its grant; the pool must then take the connection back.</summary>
    private async Task HastyAskAsync(Random random)
    {
        var connection = await Pool.Manager.Ask<PooledConnection>(new GetConn(), TimeSpan.FromMilliseconds(random.NextDouble() * 20));
        await Pool.Manager.Ask<ConnPut>(new PutConn(connection), TimeSpan.FromSeconds(10));
    }

    private async Task DyingActorAsync(Random random)
    {
        var actor = world.System.ActorOf(Props.Create(() => new MortalBorrower(Pool.Manager, random.Next(3))));
        await Task.Delay(random.Next(120));
        world.System.Stop(actor);
    }

    /// <summary>A careless borrower leaves a transaction, a reader, a setting, locks or a channel.</summary>
    private async Task SloppyAsync(Random random)
    {
        await using var connection = await BorrowAsync();
        await ExecuteAsync(connection, random.Next(4) switch
        {
            0 => "BEGIN",
            1 => "SELECT pg_advisory_lock_shared(1); LISTEN somewhere",
            2 => "BEGIN; SELECT 1 / (id - 1) FROM accounts",
            _ => "SET search_path = pg_catalog",
        });
        if (random.Next(3) != 0)
            return;
        var command = connection.CreateCommand();
        command.CommandText = "SELECT generate_series(1, 1000)";
        var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
    }

    private async Task CloseAsync(Random random)
    {
        var connection = await BorrowAsync();
        await Pool.PutConnAsync(connection, close: true);
    }

    private async Task PutTwiceAsync(Random random)
    {
        var connection = await BorrowAsync();
        await Pool.PutConnAsync(connection);
        try
        {
            await Pool.PutConnAsync(connection);
        }
        catch (PoolException error) when (error.Kind == PoolErrorKind.NotCheckedOut)
        {
            return;
        }

        throw new SoakFailedException("a second put was accepted");
    }

    /// <summary>What is kept beyond the return is refused, and disposing it does no harm; that of the driver cannot refuse.</summary>
    private async Task StaleAsync(Random random)
    {
        DbTransaction transaction;
        DbCommand command;
        await using (var connection = await BorrowAsync())
        {
            // The driver's transaction is ended before the return: it has no lease to ask when it is disposed.
            var (isOfDriver, isCommitted) = (random.Next(2) == 0, random.Next(2) == 0);
            transaction = isOfDriver ? await connection.Npgsql.BeginTransactionAsync() : await connection.BeginTransactionAsync();
            command = connection.CreateCommand();
            command.CommandText = "SELECT 1";
            if (isOfDriver || isCommitted)
                await transaction.CommitAsync();
        }

        await Task.Delay(random.Next(20));
        await transaction.DisposeAsync();
        try
        {
            await command.ExecuteScalarAsync();
        }
        catch (PoolException error) when (error.Kind == PoolErrorKind.NotCheckedOut)
        {
            return;
        }

        throw new SoakFailedException("a command ran after the return of its lease");
    }

    private async Task ForgetAsync(Random random)
    {
        // The lease is neither kept nor returned; the garbage collector finds it.
        var connection = await BorrowAsync();
        await EchoOnAsync(connection, random.NextInt64());
    }

    private async Task LongAsync(Random random)
    {
        await using var connection = await BorrowAsync();
        await ExecuteAsync(connection, $"SELECT pg_sleep({random.Next(1, 20)} / 10.0)");
    }

    private static async Task<object?> ScalarAsync(DbConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        var value = await command.ExecuteScalarAsync();
        return value is DBNull ? null : value;
    }

    private static async Task ExecuteAsync(DbConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
    }
}
