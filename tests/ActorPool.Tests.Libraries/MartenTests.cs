using ActorPool.Tests.Libraries.Support;
using Marten;
using Marten.Services;
using Npgsql;

namespace ActorPool.Tests.Libraries;

/// <summary>
/// Marten takes Npgsql's own data source, which it keeps for its schema and its daemon. A session runs in a transaction of a lease. A session
/// that is given a connection closes it.
/// </summary>
public sealed class MartenTests : LibraryTest
{
    private NpgsqlDataSource _own = null!;
    private DocumentStore _store = null!;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        _own = NpgsqlDataSource.Create($"{ConnectionString};Maximum Pool Size=2");
        _store = DocumentStore.For(options => options.Connection(_own));
        await _store.Storage.Database.EnsureStorageExistsAsync(typeof(Person));
    }

    public override async Task DisposeAsync()
    {
        _store.Dispose();
        await _own.DisposeAsync();
        await base.DisposeAsync();
    }

    [Fact]
    public async Task A_session_runs_in_a_transaction_of_a_lease()
    {
        var (pool, store) = (Pool, _store);
        var people = new[] { new Person { Id = "anna", City = "Paris" }, new Person { Id = "bert", City = "Rome" } };

        await using (var lease = await pool.GetConnAsync())
        {
            await using var transaction = await lease.Npgsql.BeginTransactionAsync();
            await using var session = store.LightweightSession(SessionOptions.ForTransaction(transaction));
            session.Store(people);
            await session.SaveChangesAsync();

            await using (var query = _store.QuerySession(SessionOptions.ForTransaction(transaction)))
                Assert.Equal("bert", (await query.Query<Person>().SingleAsync(person => person.City == "Rome")).Id);
            await ExecuteAsync(lease, "UPDATE mt_doc_martentests_person SET data = jsonb_set(data, '{City}', '\"Oslo\"')");
            await transaction.CommitAsync();
        }

        Assert.Equal(2, await CountAsync("Oslo"));
    }

    [Fact]
    public async Task A_session_of_a_transaction_that_is_rolled_back_has_stored_nothing()
    {
        await using (var lease = await Pool.GetConnAsync())
        {
            await using var transaction = await lease.Npgsql.BeginTransactionAsync();
            await using var session = _store.LightweightSession(SessionOptions.ForTransaction(transaction));
            session.Store(new Person { Id = "anna", City = "Paris" });
            await session.SaveChangesAsync();
            await transaction.RollbackAsync();
        }

        Assert.Equal(0, await CountAsync("Paris"));
    }

    [Fact]
    public async Task A_session_of_a_connection_closes_it_and_the_pool_opens_another()
    {
        Discarded = 1;
        await using (var lease = await Pool.GetConnAsync())
        {
            await using var session = _store.LightweightSession(SessionOptions.ForConnection(lease.Npgsql));
            session.Store(new Person { Id = "anna", City = "Paris" });
            await session.SaveChangesAsync();
        }

        Assert.Equal(1, await CountAsync("Paris"));
        Assert.Equal(1, Pool.Statistics.ClosedWhileLent);
    }

    private async Task<int> CountAsync(string city)
    {
        await using var query = _store.QuerySession();
        return await query.Query<Person>().CountAsync(person => person.City == city);
    }

    public sealed class Person
    {
        public string Id { get; set; } = "";

        public string City { get; set; } = "";
    }
}
