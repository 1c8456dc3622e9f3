using System.Collections.Concurrent;
using System.Globalization;
using ActorPool.Soak.Nonces;
using Akka.Actor;
using Npgsql;

namespace ActorPool.Soak;

/// <summary>Statements that borrowers tell the pool, each insert with a number of its own. At the end the table must hold what the callers were told.</summary>
internal sealed class ToldStatements(SoakWorld world)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ConcurrentDictionary<long, Told> _told = [];
    private long _last;

    private ConnectionPool Pool => world.Pool;

    public async Task EchoAsync(Random random)
    {
        var nonce = random.NextInt64();
        var answer = await Pool.ScalarAsync<long>($"SELECT {nonce}");
        if (answer != nonce)
            throw new SoakFailedException($"a statement for {nonce} was answered {answer}");
    }

    public async Task FailAsync(Random random)
    {
        try
        {
            await Pool.ExecuteAsync($"SELECT 1 / {random.Next(1)}::int");
            throw new SoakFailedException("a division by zero has no error");
        }
        catch (PostgresException error) when (error.SqlState == PostgresErrorCodes.DivisionByZero)
        {
            // As it has to be.
        }
    }

    public Task InsertAsync(Random random)
    {
        var options = new StatementOptions { Key = random.Next(3) == 0 ? $"key-{random.Next(30)}" : null, Timeout = random.Next(10) == 0 ? TimeSpan.FromMilliseconds(5) : null };
        return NoteAsync(1, async first => await Pool.ExecuteAsync($"INSERT INTO told VALUES ({first})", options));
    }

    public Task GroupAsync(Random random) =>
        NoteAsync(2, async first => await Pool.ExecuteAllAsync([Statement.Of($"INSERT INTO told VALUES ({first})"), Statement.Of($"INSERT INTO told VALUES ({first + 1})")]));

    public Task AskAsync(Random random) =>
        NoteAsync(1, async first => await Pool.Manager.Ask<Executed>(new Execute(Statement.Of($"INSERT INTO told VALUES ({first})")) { Tag = first }, Patience));

    public Task TransactAsync(Random random) => NoteAsync(1, async first => await Pool.TransactAsync(async (connection, token) =>
    {
        await using var command = connection.CreateCommand();
        command.CommandText = string.Create(CultureInfo.InvariantCulture, $"INSERT INTO told VALUES ({first})");
        return await command.ExecuteNonQueryAsync(token);
    }));

    public Task CancelAsync(Random random) => NoteAsync(1, async first =>
    {
        using var cancellation = new CancellationTokenSource(TimeSpan.FromMilliseconds(random.NextDouble() * 20));
        await Pool.ExecuteAsync($"INSERT INTO told VALUES ({first})", cancellationToken: cancellation.Token);
    });

    /// <exception cref="SoakFailedException">A caller was told something else than what happened.</exception>
    public async Task<string> CompareAsync()
    {
        var rows = new Dictionary<long, int>();
        await using var connection = new NpgsqlConnection(world.DirectConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("SELECT nonce, count(*)::int FROM told GROUP BY nonce", connection);
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
            rows[reader.GetInt64(0)] = reader.GetInt32(1);
        foreach (var (nonce, told) in _told)
        {
            var count = rows.GetValueOrDefault(nonce);
            if (told == Told.Done ? count != 1 : told == Told.Unknown ? count > 1 : count > 0)
                throw new SoakFailedException($"the caller of insert {nonce} was told {told}, and the table has it {count} times");
        }

        return $"{_told.Count} told inserts: {_told.Values.Count(told => told == Told.Done)} done, {_told.Values.Count(told => told == Told.NotDone)} not done, {_told.Values.Count(told => told == Told.Unknown)} unknown, as the table says";
    }

    private async Task NoteAsync(int count, Func<long, Task> insertAsync)
    {
        var first = Interlocked.Add(ref _last, count) - count + 1;
        // Until the answer is there.
        Note(first, count, Told.Unknown);
        try
        {
            await insertAsync(first);
            Note(first, count, Told.Done);
        }
        catch (Exception error) when (error is not (AskTimeoutException or NpgsqlException { InnerException: IOException }))
        {
            Note(first, count, NonceOutcome.Of(error));
            throw;
        }
    }

    private void Note(long first, int count, Told told)
    {
        for (var nonce = first; nonce < first + count; nonce++)
            _told[nonce] = told;
    }
}
