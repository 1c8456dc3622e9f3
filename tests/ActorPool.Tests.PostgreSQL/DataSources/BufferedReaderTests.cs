using System.Collections;
using System.Data;
using System.Data.Common;
using System.Globalization;
using System.Net;
using System.Numerics;
using System.Reflection;
using System.Text.Json;
using ActorPool.Tests.PostgreSQL.Support;
using Npgsql;
using NpgsqlTypes;

namespace ActorPool.Tests.PostgreSQL.DataSources;

/// <summary>The reader of a data source's command beside the driver's own reader: the same statements, the same answers.</summary>
public sealed class BufferedReaderTests : PoolTest
{
    private const string Setup = "CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE TYPE pair AS (x int, y text); CREATE DOMAIN small AS int";

    private static readonly Type[] Types =
    [
        typeof(object), typeof(bool), typeof(byte), typeof(sbyte), typeof(short), typeof(int), typeof(long), typeof(uint), typeof(float), typeof(double), typeof(decimal),
        typeof(BigInteger), typeof(string), typeof(char), typeof(char[]), typeof(byte[]), typeof(ReadOnlyMemory<byte>), typeof(ReadOnlyMemory<char>),
        typeof(Guid), typeof(DateTime), typeof(DateTimeOffset), typeof(DateOnly), typeof(TimeOnly), typeof(TimeSpan), typeof(NpgsqlInterval),
        typeof(bool?), typeof(int?), typeof(long?), typeof(decimal?), typeof(DateTime?), typeof(Guid?), typeof(DateOnly?),
        typeof(int[]), typeof(int?[]), typeof(List<int>), typeof(long[]), typeof(string[]), typeof(Array), typeof(int[,]), typeof(DateOnly?[]),
        typeof(JsonDocument), typeof(JsonElement), typeof(IPAddress), typeof(BitArray), typeof(object[]),
    ];

    private static readonly string[] Expressions =
    [
        "true", "2::int2", "300::int4", "5000000000::int8", "1.5::float4", "2.5::float8", "3.75::numeric(10,2)", "4::numeric", "1e30::numeric", "'NaN'::numeric",
        "1.25::money", "'text'::text", "''::text", "'abc'::varchar(10)", "'ab'::char(5)", "'n'::name", "'{\"a\": 1}'::json", "'{\"a\": 1}'::jsonb", "'<a/>'::xml",
        "'\\x0102'::bytea", "'2020-01-02 03:04:05.123456'::timestamp", "'2020-01-02 03:04:05.123456+02'::timestamptz", "'infinity'::timestamptz",
        "'-infinity'::timestamp", "'2020-01-02'::date", "'infinity'::date", "'03:04:05'::time", "'03:04:05+02'::timetz", "'1 day 02:03'::interval",
        "'2 months'::interval", "'00000000-0000-0000-0000-000000000007'::uuid", "'{1,2}'::int4[]", "'{1,NULL}'::int4[]", "'{}'::int4[]", "'{a,NULL}'::text[]",
        "'{{1,2},{3,4}}'::int4[]", "'{2020-01-02,NULL}'::date[]", "'sad'::mood", "'{sad}'::mood[]", "'(1,x)'::pair", "ROW(1, 'x'::text)", "7::small",
        "'[1,5)'::int4range", "'{[1,3)}'::int4multirange", "'(1,2)'::point", "B'101'", "B'1'::bit(1)", "'1.2.3.4'::inet", "'1.2.3.0/24'::cidr",
        "'08:00:2b:01:02:03'::macaddr", "'a b'::tsvector", "1::oid", "'pg_type'::regclass", "NULL::int", "NULL::text", "NULL::int[]", "'q'::\"char\"", "pg_sleep(0)",
    ];

    // Types that the driver's reader gives, too.
    private static readonly string[] NotKept =
    [
        "'2020-01-02'::date as Int32 Int32?",
        "'infinity'::date as Int32 Int32?",
        "'1 day 02:03'::interval as NpgsqlInterval",
        "'{2020-01-02,NULL}'::date[] as Int32?[]",
        "B'101' as String",
        "B'1'::bit(1) as String BitArray",
        "'q'::\"char\" as Byte",
    ];

    private static readonly MethodInfo GetFieldValue = typeof(DbDataReader).GetMethod(nameof(DbDataReader.GetFieldValue))!;

    [Fact]
    public async Task Values_are_read_as_with_the_drivers_reader()
    {
        await using var driver = NpgsqlDataSource.Create(ConnectionString);
        await driver.CreateCommand(Setup).ExecuteNonQueryAsync();
        await using (var connection = await driver.OpenConnectionAsync())
            await connection.ReloadTypesAsync();
        var source = await SourceAsync();
        var notKept = new List<string>();
        foreach (var expression in Expressions)
        {
            await using var expected = await driver.CreateCommand($"SELECT {expression} AS value").ExecuteReaderAsync();
            await using var actual = await source.CreateCommand($"SELECT {expression} AS value").ExecuteReaderAsync();
            Assert.IsNotType<NpgsqlDataReader>(actual);
            Assert.True(await expected.ReadAsync() && await actual.ReadAsync());
            Assert.Equal(Description(expected), Description(actual));
            var lost = Types.Where(type => IsLost(type, expected, actual)).Select(Name).ToList();
            if (lost.Count > 0)
                notKept.Add($"{expression} as {string.Join(' ', lost)}");
        }

        Assert.Equal(NotKept, notKept);
    }

    [Theory]
    [InlineData("SELECT 1 AS a, 'x'::varchar(7) AS b, 2.5::numeric(8,3) AS c")]
    [InlineData("SELECT relname, relkind, reltuples FROM pg_class")]
    [InlineData("SELECT 1 WHERE false")]
    [InlineData("CREATE TABLE made (id int)")]
    public async Task The_columns_are_described_as_by_the_drivers_reader(string text)
    {
        await using var driver = NpgsqlDataSource.Create(ConnectionString);
        var source = await SourceAsync();

        await using var actual = await source.CreateCommand(text).ExecuteReaderAsync();
        await using var expected = await driver.CreateCommand(text.Replace("made", "made_too", StringComparison.Ordinal)).ExecuteReaderAsync();

        Assert.Equal(Text(expected.GetSchemaTable()?.Rows.Cast<DataRow>().Select(row => row.ItemArray)), Text(actual.GetSchemaTable()?.Rows.Cast<DataRow>().Select(row => row.ItemArray)));
        Assert.Equal(
            ((IDbColumnSchemaGenerator)expected).GetColumnSchema().Select(column => (column.ColumnName, column.DataType, column.DataTypeName, column.ColumnSize)),
            actual.GetColumnSchema().Select(column => (column.ColumnName, column.DataType, column.DataTypeName, column.ColumnSize)));
        Assert.Equal((expected.HasRows, expected.FieldCount, expected.Depth), (actual.HasRows, actual.FieldCount, actual.Depth));
    }

    [Fact]
    public async Task A_table_is_loaded_from_it_as_from_the_drivers_reader()
    {
        await using var driver = NpgsqlDataSource.Create(ConnectionString);
        var source = await SourceAsync();
        const string text = "SELECT n, n::text AS name, NULLIF(n, 2)::float8 AS part, '2020-01-02'::date AS day FROM generate_series(1, 3) n";
        using var expected = new DataTable();
        using var actual = new DataTable();
        await using (var reader = await driver.CreateCommand(text).ExecuteReaderAsync())
            expected.Load(reader);
        await using (var reader = await source.CreateCommand(text).ExecuteReaderAsync())
            actual.Load(reader);

        Assert.Equal(Text(expected.Columns.Cast<DataColumn>().Select(column => (column.ColumnName, column.DataType))), Text(actual.Columns.Cast<DataColumn>().Select(column => (column.ColumnName, column.DataType))));
        Assert.Equal(Text(expected.Rows.Cast<DataRow>().Select(row => row.ItemArray)), Text(actual.Rows.Cast<DataRow>().Select(row => row.ItemArray)));
    }

    [Fact]
    public async Task A_column_is_found_by_its_exact_name_first_and_then_in_any_case()
    {
        var source = await SourceAsync();
        await using var reader = await source.CreateCommand("SELECT 1 AS \"Name\", 2 AS name, 3 AS other, 4 AS name").ExecuteReaderAsync();
        Assert.True(await reader.ReadAsync());

        Assert.Equal((0, 1, 0, 2), (reader.GetOrdinal("Name"), reader.GetOrdinal("name"), reader.GetOrdinal("NAME"), reader.GetOrdinal("OTHER")));
        Assert.Equal((1, 2, 3), (reader["Name"], reader["name"], reader["Other"]));
        Assert.Throws<IndexOutOfRangeException>(() => reader.GetOrdinal("missing"));
        Assert.Throws<IndexOutOfRangeException>(() => reader.GetValue(4));
        Assert.Throws<IndexOutOfRangeException>(() => reader.GetName(4));
    }

    [Fact]
    public async Task It_is_read_once_from_the_start_to_the_end()
    {
        var source = await SourceAsync();
        var reader = await source.CreateCommand("SELECT n FROM generate_series(1, 3) n").ExecuteReaderAsync();
        Assert.Throws<InvalidOperationException>(() => reader.GetInt32(0));
        var seen = new List<int>();
        while (reader.Read())
            seen.Add(reader.GetInt32(0));

        Assert.Equal([1, 2, 3], seen);
        Assert.Throws<InvalidOperationException>(() => reader.GetInt32(0));
        Assert.False(reader.Read());
        Assert.True(reader.HasRows);
        Assert.False(await reader.NextResultAsync());
        Assert.Equal((0, false), (reader.FieldCount, reader.Read()));
        await reader.CloseAsync();
        Assert.True(reader.IsClosed);
        Assert.Throws<InvalidOperationException>(() => reader.Read());
        await reader.DisposeAsync();
        Assert.Throws<ObjectDisposedException>(() => reader.Read());
    }

    [Fact]
    public async Task It_is_enumerated_and_copied_in_parts()
    {
        var source = await SourceAsync();
        await using var reader = await source.CreateCommand("SELECT n, 'word'::text, '\\x010203'::bytea FROM generate_series(1, 2) n").ExecuteReaderAsync();
        var seen = new List<object>();
        foreach (IDataRecord record in reader)
            seen.Add(record[0]);
        Assert.Equal([1, 2], seen);

        await using var again = await source.CreateCommand("SELECT 'word'::text, '\\x010203'::bytea").ExecuteReaderAsync();
        Assert.True(await again.ReadAsync());
        var (chars, bytes) = (new char[3], new byte[5]);
        Assert.Equal((4L, 3L), (again.GetChars(0, 0, null, 0, 0), again.GetBytes(1, 0, null, 0, 0)));
        Assert.Equal((3L, 2L), (again.GetChars(0, 1, chars, 0, 3), again.GetBytes(1, 1, bytes, 2, 3)));
        Assert.Equal(("ord", "0,0,2,3,0"), (new string(chars), string.Join(',', bytes)));
        Assert.Equal(0L, again.GetBytes(1, 9, bytes, 0, 3));
    }

    [Fact]
    public async Task A_read_with_a_cancelled_token_is_cancelled()
    {
        var source = await SourceAsync();
        await using var reader = await source.CreateCommand("SELECT 1").ExecuteReaderAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reader.ReadAsync(new CancellationToken(canceled: true)));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reader.NextResultAsync(new CancellationToken(canceled: true)));
        Assert.True(await reader.ReadAsync());
    }

    [Fact]
    public async Task A_value_that_cannot_be_read_does_not_hide_the_others_of_its_row()
    {
        var source = await SourceAsync();
        await using var reader = await source.CreateCommand("SELECT 1, 1e30::numeric, 'x'").ExecuteReaderAsync();
        Assert.True(await reader.ReadAsync());

        Assert.Equal((1, "x"), (reader.GetInt32(0), reader.GetString(2)));
        Assert.Throws<OverflowException>(() => reader.GetValue(1));
        Assert.Throws<OverflowException>(() => reader.GetValues(new object[3]));
        Assert.Equal(BigInteger.Pow(10, 30), reader.GetFieldValue<BigInteger>(1));
    }

    [Fact]
    public async Task The_error_of_a_type_that_is_not_kept_names_the_way_out()
    {
        var source = await SourceAsync();
        await using var reader = await source.CreateCommand("SELECT '1 day'::interval AS span").ExecuteReaderAsync();
        Assert.True(await reader.ReadAsync());

        var error = Assert.Throws<InvalidCastException>(() => reader.GetFieldValue<NpgsqlInterval>(0));

        Assert.Contains("Column 'span' of type interval", error.Message, StringComparison.Ordinal);
        Assert.Contains("OpenConnectionAsync", error.Message, StringComparison.Ordinal);
    }

    private static string Description(DbDataReader reader) => string.Join(
        ", ", reader.GetName(0), reader.GetDataTypeName(0), Try(() => reader.GetFieldType(0)), reader.IsDBNull(0), Try(() => reader.GetValue(0)));

    /// <summary>The driver's reader gives the value as this type and the other does not. Both give the same, else.</summary>
    private static bool IsLost(Type type, DbDataReader expected, DbDataReader actual)
    {
        var (theirs, ours) = (As(type, expected), As(type, actual));
        if (theirs is not null && ours is not null)
            Assert.Equal(theirs, ours);
        return theirs is not null && ours is null;
    }

    private static string Name(Type type) => Nullable.GetUnderlyingType(type) is { } plain ? $"{plain.Name}?"
        : type.IsArray ? $"{Name(type.GetElementType()!)}[]" : type.Name;

    private static string? As(Type type, DbDataReader reader)
    {
        try
        {
            return Text(GetFieldValue.MakeGenericMethod(type).Invoke(reader, [0]));
        }
        catch (TargetInvocationException)
        {
            return null;
        }
    }

    private static string Try(Func<object?> read)
    {
        try
        {
            var value = read();
            return $"{value?.GetType()} {Text(value)}";
        }
        catch (Exception error)
        {
            return error.GetType().Name;
        }
    }

    private static string Text(object? value) => value switch
    {
        null => "null",
        DBNull => "NULL",
        string text => $"'{text}'",
        JsonDocument document => document.RootElement.GetRawText(),
        ReadOnlyMemory<byte> bytes => Text(bytes.ToArray()),
        DateTime time => $"{time:O} {time.Kind}",
        NpgsqlInterval interval => $"{interval.Months} {interval.Days} {interval.Time}",
        JsonElement element => element.GetRawText(),
        IEnumerable items => $"[{string.Join(", ", items.Cast<object?>().Select(Text))}]",
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString()!,
    };

    private async Task<PooledDataSource> SourceAsync() => new(await StartAsync(1, 2));
}
