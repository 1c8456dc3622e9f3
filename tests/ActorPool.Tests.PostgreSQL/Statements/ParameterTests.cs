using System.Collections;
using System.Net;
using System.Numerics;
using System.Text.Json;
using ActorPool.Tests.PostgreSQL.Support;
using Npgsql;
using NpgsqlTypes;

namespace ActorPool.Tests.PostgreSQL.Statements;

/// <summary>Each type that the driver can send is a parameter of a statement: its value arrives, and its null has the same type.</summary>
public sealed class ParameterTests : PoolTest
{
    private static readonly DateTime Noon = new(2026, 3, 4, 12, 30, 15, DateTimeKind.Unspecified);

    private enum Mood
    {
        Sad,
        Happy,
    }

    public static TheoryData<bool> Pools() => [false, true];

    [Theory]
    [MemberData(nameof(Pools))]
    public async Task A_value_arrives_as_it_was_sent(bool isSimple)
    {
        var pool = await PoolAsync(isSimple);

        await Task.WhenAll(Run(
            () => SameAsync(pool, true),
            () => SameAsync(pool, (short)-1),
            () => SameAsync(pool, int.MinValue),
            () => SameAsync(pool, long.MaxValue),
            () => SameAsync(pool, 1.5f),
            () => SameAsync(pool, double.Epsilon),
            () => SameAsync(pool, 12345.678900m),
            () => SameAsync(pool, BigInteger.Pow(10, 40)),
            () => SameAsync(pool, "O'Brien; \\ $1 --"),
            () => SameAsync(pool, ""),
            () => SameAsync(pool, 'x'),
            () => SameAsync(pool, Guid.NewGuid()),
            () => SameAsync(pool, Noon),
            () => SameAsync(pool, DateTime.SpecifyKind(Noon, DateTimeKind.Utc)),
            () => SameAsync(pool, new DateTimeOffset(Noon, TimeSpan.Zero)),
            () => SameAsync(pool, DateOnly.FromDateTime(Noon)),
            () => SameAsync(pool, TimeOnly.FromDateTime(Noon)),
            () => SameAsync(pool, TimeSpan.FromMinutes(90)),
            () => SameAsync(pool, new byte[] { 0, 1, 255 }),
            () => SameAsync<int[]>(pool, [1, 2, 3]),
            () => SameAsync<string[]>(pool, ["a", "b'c"]),
            () => SameAsync(pool, new List<int> { 1, 2 }),
            () => SameAsync(pool, new[] { Guid.NewGuid() }),
            () => SameAsync(pool, new[] { Noon }),
            () => SameAsync(pool, IPAddress.Parse("10.1.2.3")),
            () => SameAsync(pool, new BitArray([true, false, true])),
            () => SameAsync(pool, new NpgsqlPoint(1, 2)),
            () => SameAsync(pool, new NpgsqlRange<int>(1, true, 5, false))));
    }

    [Theory]
    [MemberData(nameof(Pools))]
    public async Task A_null_has_the_type_of_its_expression(bool isSimple)
    {
        var pool = await PoolAsync(isSimple);

        await Task.WhenAll(Run(
            () => NullAsync<bool?>(pool, true),
            () => NullAsync<short?>(pool, 1),
            () => NullAsync<int?>(pool, 1),
            () => NullAsync<long?>(pool, 1),
            () => NullAsync<float?>(pool, 1),
            () => NullAsync<double?>(pool, 1),
            () => NullAsync<decimal?>(pool, 1),
            () => NullAsync<BigInteger?>(pool, 1),
            () => NullAsync(pool, "a"),
            () => NullAsync<Guid?>(pool, Guid.Empty),
            () => NullAsync<DateTime?>(pool, Noon),
            () => NullAsync<DateTimeOffset?>(pool, new DateTimeOffset(Noon, TimeSpan.Zero)),
            () => NullAsync<DateOnly?>(pool, DateOnly.FromDateTime(Noon)),
            () => NullAsync<TimeOnly?>(pool, TimeOnly.FromDateTime(Noon)),
            () => NullAsync<TimeSpan?>(pool, TimeSpan.Zero),
            () => NullAsync<byte[]>(pool, [1]),
            () => NullAsync<int[]>(pool, [1]),
            () => NullAsync<string[]>(pool, ["a"]),
            () => NullAsync<List<long>>(pool, [1]),
            () => NullAsync(pool, IPAddress.Loopback),
            () => NullAsync<NpgsqlPoint?>(pool, new NpgsqlPoint(1, 2))));
    }

    [Theory]
    [MemberData(nameof(Pools))]
    public async Task A_null_without_a_type_takes_it_from_the_statement(bool isSimple)
    {
        var pool = await PoolAsync(isSimple);

        Assert.Null(await pool.ScalarAsync<int?>(Statement.Of("SELECT $1::int", (object?)null)));
        Assert.Equal(3, await pool.ScalarAsync<int>(Statement.Of("SELECT coalesce($1, 3)", DBNull.Value)));
        Assert.Equal(1, await pool.ScalarAsync<int>($"SELECT 1 WHERE {(int?)null} IS NULL"));
    }

    [Theory]
    [MemberData(nameof(Pools))]
    public async Task A_format_gives_the_type(bool isSimple)
    {
        var pool = await PoolAsync(isSimple);

        Assert.Equal("jsonb", await pool.ScalarAsync<string>($"SELECT pg_typeof({"{}":jsonb})::text"));
        Assert.Equal("jsonb", await pool.ScalarAsync<string>($"SELECT pg_typeof({(string?)null:jsonb})::text"));
        Assert.Equal("bigint", await pool.ScalarAsync<string>($"SELECT pg_typeof({5:int8})::text"));
        Assert.Equal("character varying", await pool.ScalarAsync<string>($"SELECT pg_typeof({"a":varchar})::text"));
        Assert.Equal("bigint[]", await pool.ScalarAsync<string>($"SELECT pg_typeof({new long[] { 1 }:int8[]})::text"));
        Assert.Equal(7, await pool.ScalarAsync<int>($"SELECT ({"""{"a": 7}""":jsonb} -> 'a')::int"));
    }

    [Theory]
    [MemberData(nameof(Pools))]
    public async Task Parameters_of_the_driver_and_documents_are_sent(bool isSimple)
    {
        var pool = await PoolAsync(isSimple);
        using var document = JsonDocument.Parse("""{"a": 7}""");

        Assert.Equal(7, await pool.ScalarAsync<int>($"SELECT ({document} -> 'a')::int"));
        Assert.Equal("xml", await pool.ScalarAsync<string>($"SELECT pg_typeof({new NpgsqlParameter { Value = "<a/>", NpgsqlDbType = NpgsqlDbType.Xml }})::text"));
        Assert.Equal("a", await pool.ScalarAsync<string>($"SELECT {new NpgsqlParameter("name", "a")}"));
        Assert.Equal(2, await pool.ScalarAsync<long>($"SELECT count(*) FROM generate_series(1, 5) n WHERE n = ANY({Enumerable.Range(2, 2)})"));
    }

    [Theory]
    [MemberData(nameof(Pools))]
    public async Task A_mapped_enum_is_sent_as_itself_and_any_as_a_number_or_a_name(bool isSimple)
    {
        await using (var plain = await SimpleConnectionPool.StartAsync(Settings(0, 1)))
            await plain.ExecuteAsync($"CREATE TYPE mood AS ENUM ('sad', 'happy')");
        var pool = await PoolAsync(isSimple, builder => builder.MapEnum<Mood>());

        Assert.Equal(Mood.Happy, await pool.ScalarAsync<Mood>($"SELECT {Mood.Happy}"));
        Assert.Equal("mood", await pool.ScalarAsync<string>($"SELECT pg_typeof({(Mood?)null})::text"));
        Assert.Equal(5, await pool.ScalarAsync<int>($"SELECT {DayOfWeek.Friday:int4}"));
        Assert.Equal("Friday", await pool.ScalarAsync<string>($"SELECT {DayOfWeek.Friday:text}"));
    }

    [Theory]
    [MemberData(nameof(Pools))]
    public async Task A_value_that_the_driver_cannot_send_fails_alone(bool isSimple)
    {
        var pool = await PoolAsync(isSimple);

        var error = await Assert.ThrowsAnyAsync<Exception>(() => pool.ScalarAsync<int>($"SELECT {DayOfWeek.Friday}").AsTask());

        Assert.True(error is InvalidCastException or NotSupportedException, error.ToString());
        Assert.Equal(1, await pool.ScalarAsync<int>($"SELECT {1}"));
        Assert.Equal(0, pool.Statistics.Lost);
    }

    private static IEnumerable<Task> Run(params Func<Task>[] checks) => checks.Select(check => check());

    private static async Task SameAsync<T>(IConnectionPool pool, T value)
    {
        Assert.Equal(value, await Serially(pool, () => pool.ScalarAsync<T>($"SELECT {value}")));
        Assert.Equal(value, await Serially(pool, () => pool.ScalarAsync<T>(Statement.Of("SELECT $1", [value]))));
    }

    private static async Task NullAsync<T>(IConnectionPool pool, T value)
    {
        var none = default(T);
        Assert.Equal(
            await Serially(pool, () => pool.ScalarAsync<string>($"SELECT pg_typeof({value})::text")),
            await Serially(pool, () => pool.ScalarAsync<string>($"SELECT pg_typeof({none})::text")));
        Assert.Null(await Serially(pool, () => pool.ScalarAsync<T>($"SELECT {none}")));
    }

    /// <summary>A simple pool takes one call at a time.</summary>
    private static async ValueTask<T> Serially<T>(IConnectionPool pool, Func<ValueTask<T>> call)
    {
        if (pool is not SimpleConnectionPool)
            return await call();
        await OneCall.WaitAsync();
        try
        {
            return await call();
        }
        finally
        {
            OneCall.Release();
        }
    }

    private static readonly SemaphoreSlim OneCall = new(1);

    private async Task<IConnectionPool> PoolAsync(bool isSimple, Action<NpgsqlDataSourceBuilder>? configure = null)
    {
        var settings = Settings(0, 2) with { ConfigureDataSource = configure };
        return isSimple ? Keep(await SimpleConnectionPool.StartAsync(settings)) : await StartAsync(settings);
    }
}
