using ActorPool.Statements;

namespace ActorPool.Tests.Statements;

/// <summary>Statements in a few words; the first ones are the examples of the OpenTelemetry conventions.</summary>
public sealed class QuerySummaryTests
{
    [Theory]
    [InlineData("SELECT *\nFROM   wuser_table\nWHERE  username = $1", "SELECT wuser_table")]
    [InlineData("INSERT INTO shipping_details (order_id, address) SELECT order_id, address FROM orders WHERE order_id = $1", "INSERT shipping_details SELECT orders")]
    [InlineData("SELECT * FROM songs, artists WHERE songs.artist_id = artists.id", "SELECT songs artists")]
    [InlineData("SELECT order_date FROM (SELECT * FROM orders o JOIN customers c ON o.customer_id = c.customer_id)", "SELECT SELECT orders customers")]
    [InlineData("SELECT * FROM \"song list\", artists", "SELECT \"song list\" artists")]
    [InlineData("call some_procedure($1)", "call some_procedure")]
    public void The_examples_of_the_conventions_are_summed_up_as_there(string sql, string summary) => Assert.Equal(summary, QuerySummary.Of(sql).Text);

    [Theory]
    [InlineData("UPDATE account SET balance = balance - $1, at = now() WHERE id = $2 RETURNING balance", "UPDATE account")]
    [InlineData("update only public.account a set x = 1 from b, c where a.id = b.id", "update public.account b c")]
    [InlineData("DELETE FROM a USING b, c WHERE a.id = b.id AND EXISTS (SELECT 1 FROM d)", "DELETE a b c SELECT d")]
    [InlineData("INSERT INTO \"My\".\"Table\" (a, b) VALUES ($1, $2) ON CONFLICT (a) DO UPDATE SET b = excluded.b", "INSERT \"My\".\"Table\"")]
    [InlineData("SELECT id FROM job WHERE done = false ORDER BY id, at LIMIT 1 FOR UPDATE SKIP LOCKED", "SELECT job")]
    [InlineData("SELECT a FROM t1, (SELECT b, c FROM t2, t3) x, t4 WHERE a IN (1, 2)", "SELECT t1 SELECT t2 t3 t4")]
    [InlineData("SELECT a FROM t LEFT JOIN LATERAL (SELECT 1 FROM u) x ON true JOIN v USING (id)", "SELECT t SELECT u v")]
    [InlineData("MERGE INTO stock s USING delivery d ON s.id = d.id WHEN MATCHED THEN UPDATE SET n = s.n + d.n WHEN NOT MATCHED THEN INSERT VALUES (d.id, d.n)", "MERGE stock delivery")]
    [InlineData("SELECT x FROM a UNION ALL SELECT y FROM b", "SELECT a SELECT b")]
    [InlineData("WITH gone AS (DELETE FROM cart WHERE id = $1 RETURNING *) INSERT INTO old SELECT * FROM gone", "DELETE cart INSERT old SELECT gone")]
    [InlineData("SELECT extract(day FROM at), a IS DISTINCT FROM b, trim(both from c) FROM t", "SELECT t")]
    [InlineData("SELECT 1", "SELECT")]
    [InlineData("SELECT * FROM generate_series(1, 10), unnest($1)", "SELECT generate_series unnest")]
    [InlineData("CREATE TABLE IF NOT EXISTS shop.orders (id int, total numeric)", "CREATE TABLE shop.orders")]
    [InlineData("CREATE UNIQUE INDEX CONCURRENTLY by_name ON orders (name)", "CREATE INDEX by_name")]
    [InlineData("DROP TABLE orders", "DROP TABLE orders")]
    [InlineData("TRUNCATE orders", "TRUNCATE orders")]
    [InlineData("NOTIFY changes, 'order 17'", "NOTIFY changes")]
    [InlineData("SELECT * FROM role WHERE type = $1", "SELECT role")]
    [InlineData("VALUES (1)", "VALUES")]
    public void The_commands_and_the_tables_are_told(string sql, string summary) => Assert.Equal(summary, QuerySummary.Of(sql).Text);

    [Theory]
    [InlineData("SELECT 'FROM secret' FROM t WHERE a = 'x'' FROM y' AND b = E'\\' FROM z' AND c = $$ FROM w $$")]
    [InlineData("SELECT /* FROM secret /* nested */ */ 1 -- FROM secret\nFROM t")]
    [InlineData("SELECT a FROM t WHERE b = 'secret'")]
    public void What_is_quoted_or_a_comment_is_left_out(string sql) => Assert.Equal("SELECT t", QuerySummary.Of(sql).Text);

    [Theory]
    [InlineData("DO 'BEGIN PERFORM secret(); END'", "DO")]
    [InlineData("DO $body$ BEGIN PERFORM secret(); END $body$", "DO")]
    [InlineData("COMMENT ON TABLE t IS 'secret'", "COMMENT TABLE t")]
    [InlineData("SELECT * FROM 'secret'", "SELECT")]
    public void No_value_becomes_a_part_of_it(string sql, string summary) => Assert.Equal(summary, QuerySummary.Of(sql).Text);

    [Theory]
    [InlineData("SELECT 1", "SELECT")]
    [InlineData("insert into a select b from c", "insert")]
    [InlineData("WITH a AS (SELECT 1) UPDATE b SET c = 1", "UPDATE")]
    [InlineData("/* first */ DELETE FROM a", "DELETE")]
    [InlineData("(SELECT 1) UNION (SELECT 2)", "SELECT")]
    [InlineData("VALUES (1)", "VALUES")]
    public void The_operation_is_the_command_of_the_statement_itself(string sql, string operation) => Assert.Equal(operation, QuerySummary.Of(sql).Operation);

    [Fact]
    public void A_long_summary_ends_behind_a_whole_name()
    {
        var sql = "SELECT * FROM " + string.Join(", ", Enumerable.Range(0, 100).Select(i => $"table_{i:000}"));

        var summary = QuerySummary.Of(sql).Text;

        Assert.InRange(summary.Length, 240, 255);
        Assert.EndsWith("table_023", summary, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SELECT * FROM")]
    [InlineData("SELECT * FROM a.")]
    [InlineData("SELECT * FROM \"")]
    [InlineData("))) SELECT (((")]
    [InlineData("UPDATE")]
    [InlineData(". a")]
    public void A_text_that_the_server_will_refuse_has_a_summary_too(string sql) => Assert.NotNull(QuerySummary.Of(sql).Text);
}
