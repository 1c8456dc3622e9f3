using System.Data;
using System.Data.Common;
using ActorPool.Tests.PostgreSQL.Support;

namespace ActorPool.Tests.PostgreSQL.AdoNet;

/// <summary>Rows written back by commands that are made from a SELECT.</summary>
public sealed class PooledCommandBuilderTests : PoolTest
{
    private const string Table = """
        "My Schema"."Odd Table"
        """;

    [Fact]
    public async Task Rows_with_odd_names_nulls_and_special_types_are_written_back()
    {
        var pool = await StartAsync(1, 1);
        await using var lease = await pool.GetConnAsync();
        await ExecuteAsync(lease, $$"""
            CREATE SCHEMA "My Schema";
            CREATE TABLE {{Table}} ("Id" int PRIMARY KEY, "A Name" text, n numeric(10, 2), t timestamp, u uuid, b bytea, j jsonb, a int[], v varchar(5), i interval);
            INSERT INTO {{Table}} VALUES (1, 'x', 1.5, now(), gen_random_uuid(), '\x01', '{"a": 1}', '{1, 2}', 'abc', '1 day');
            INSERT INTO {{Table}} ("Id") VALUES (2), (3)
            """);
        var factory = DbProviderFactories.GetFactory(lease)!;
        using var adapter = factory.CreateDataAdapter()!;
        using var builder = factory.CreateCommandBuilder()!;
        using var select = lease.CreateCommand();
        select.CommandText = $"SELECT * FROM {Table} ORDER BY 1";
        adapter.SelectCommand = select;
        builder.DataAdapter = adapter;
        using var rows = new DataTable();
        adapter.Fill(rows);

        rows.Rows[0]["A Name"] = DBNull.Value;
        (rows.Rows[1]["A Name"], rows.Rows[1]["a"], rows.Rows[1]["j"]) = ("was null", new[] { 5 }, """{"b": 2}""");
        rows.Rows[2].Delete();
        var added = rows.NewRow();
        (added["Id"], added["n"]) = (4, 2.25m);
        rows.Rows.Add(added);

        Assert.Equal(4, adapter.Update(rows));
        Assert.Equal(
            "1 - {1,2} {\"a\": 1} 1.50|2 was null {5} {\"b\": 2} -|4 - - - 2.25",
            await ScalarAsync(lease, $"SELECT string_agg(concat_ws(' ', \"Id\", coalesce(\"A Name\", '-'), coalesce(a::text, '-'), coalesce(j::text, '-'), coalesce(n::text, '-')), '|' ORDER BY \"Id\") FROM {Table}"));
    }
}
