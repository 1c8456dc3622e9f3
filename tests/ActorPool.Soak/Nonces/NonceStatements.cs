using System.Globalization;
using Akka.Actor;
using Npgsql;

namespace ActorPool.Soak.Nonces;

/// <summary>The statements that are told to the pool. Each answer, and each error of the statement itself, carries the nonce.</summary>
internal sealed class NonceStatements(ConnectionPool pool, NonceBook book)
{
    private const int Many = 20;

    public async Task EchoAsync(NonceCall call)
    {
        var answer = await pool.ScalarAsync<long>($"SELECT {call.Nonce}", call.Options, call.Cancellation);
        Require(answer == call.Nonce, call, answer);
    }

    public async Task RepeatedEchoAsync(NonceCall call) => await EchoAsync(call with { Options = call.Options with { Repeatable = true } });

    public async Task RowsAsync(NonceCall call)
    {
        var rows = await pool.QueryAsync($"SELECT {call.Nonce} + n FROM generate_series(1, {Many}) AS n", row => row.GetInt64(0), call.Options, call.Cancellation);
        Require(rows.Count == Many && rows.Select((row, index) => row - index - 1).All(nonce => nonce == call.Nonce), call, string.Join(' ', rows));
    }

    public async Task SlowEchoAsync(NonceCall call)
    {
        var answer = await pool.ScalarAsync<long>($"SELECT {call.Nonce} FROM pg_sleep(0.02)", call.Options, call.Cancellation);
        Require(answer == call.Nonce, call, answer);
    }

    public Task InsertAsync(NonceCall call) => NotedAsync(call, async () =>
        Require(await pool.ExecuteAsync($"INSERT INTO nonces VALUES ({call.Nonce})", call.Options, call.Cancellation) == 1, call, "not one row"));

    public Task AskedInsertAsync(NonceCall call) => NotedAsync(call, async () =>
    {
        var insert = new Execute(Statement.Of($"INSERT INTO nonces VALUES ({call.Nonce})")) { Key = call.Options.Key, Timeout = call.Options.Timeout, Tag = call.Nonce };
        var answer = await pool.Manager.Ask<Executed>(insert, call.Cancellation);
        Require(answer.Rows == 1 && Equals(answer.Tag, call.Nonce), call, answer);
    });

    public Task TransactionAsync(NonceCall call) => NotedAsync(call, async () =>
    {
        var answer = await pool.TransactAsync((lease, token) => InsertAsync(lease, call, token), call.Options, call.Cancellation);
        Require(answer == call.Nonce, call, answer);
    });

    /// <summary>An insert and a read; both or none.</summary>
    public Task GroupAsync(NonceCall call) => NotedAsync(call, async () =>
    {
        var rows = await pool.ExecuteAllAsync([Statement.Of($"INSERT INTO nonces VALUES ({call.Nonce})"), Statement.Of($"SELECT {call.Nonce}")], call.Options, call.Cancellation);
        Require(rows.Length == 2 && rows[0] == 1, call, string.Join(' ', rows));
    });

    /// <summary>The second statement fails, so the insert before it must not stay.</summary>
    public Task FailingGroupAsync(NonceCall call) => NotedAsync(call, () => FailsAsync(call, PostgresErrorCodes.InvalidTextRepresentation, async () =>
        await pool.ExecuteAllAsync([Statement.Of($"INSERT INTO nonces VALUES ({call.Nonce})"), Statement.Of($"SELECT {Word(call)}::int")], call.Options, call.Cancellation)));

    public Task FailingInsertAsync(NonceCall call) => NotedAsync(call, () => FailsAsync(call, PostgresErrorCodes.CheckViolation, async () =>
        await pool.ExecuteAsync($"INSERT INTO nonces VALUES ({call.Nonce}), ({-call.Nonce})", call.Options, call.Cancellation)));

    public Task FailingEchoAsync(NonceCall call) => FailsAsync(call, PostgresErrorCodes.InvalidTextRepresentation, async () =>
        await pool.ScalarAsync<int>($"SELECT {Word(call)}::int", call.Options, call.Cancellation));

    private static async Task<long> InsertAsync(PooledConnection lease, NonceCall call, CancellationToken cancellationToken)
    {
        await using var insert = lease.CreateCommand();
        insert.CommandText = "INSERT INTO nonces VALUES ($1) RETURNING nonce";
        insert.Parameters.Add(new NpgsqlParameter<long> { TypedValue = call.Nonce });
        try
        {
            return (long)(await insert.ExecuteScalarAsync(cancellationToken))!;
        }
        catch (NpgsqlException error) when (error is not PostgresException)
        {
            throw new LostLeaseException(error);
        }
    }

    private static string Word(NonceCall call) => string.Create(CultureInfo.InvariantCulture, $"nonce {call.Nonce}");

    /// <summary>Of a statement that must fail with its own error.</summary>
    private static async Task FailsAsync(NonceCall call, string code, Func<Task> run)
    {
        try
        {
            await run();
        }
        catch (PostgresException error) when (error.SqlState == code)
        {
            var nonce = call.Nonce.ToString(CultureInfo.InvariantCulture);
            Require(error.MessageText.Contains($"\"nonce {nonce}\"", StringComparison.Ordinal) || error.Detail?.Contains($"(-{nonce})", StringComparison.Ordinal) == true, call, $"{error.MessageText} {error.Detail}");
            throw new OwnErrorException();
        }

        throw new SoakFailedException($"the statement of nonce {call.Nonce} must fail, and its caller was told that it was carried out");
    }

    private async Task NotedAsync(NonceCall call, Func<Task> run)
    {
        try
        {
            await run();
            book.Note(call.Nonce, Told.Done);
        }
        catch (Exception error) when (error is not SoakFailedException)
        {
            book.Note(call.Nonce, NonceOutcome.Of(error));
            throw;
        }
    }

    private static void Require(bool isRight, NonceCall call, object answer)
    {
        if (!isRight)
            throw new SoakFailedException(string.Create(CultureInfo.InvariantCulture, $"the statement of nonce {call.Nonce} was answered: {answer}"));
    }
}
