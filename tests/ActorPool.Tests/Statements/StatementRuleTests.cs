using ActorPool.Statements;

namespace ActorPool.Tests.Statements;

/// <summary>Which statements can be told to a pool whose sessions serve many callers.</summary>
public sealed class StatementRuleTests
{
    [Theory]
    [InlineData("SELECT 1")]
    [InlineData(" (SELECT 1) UNION (SELECT 2);")]
    [InlineData("WITH x AS (SELECT 1) SELECT * FROM x ;; -- the end")]
    [InlineData("INSERT INTO temp VALUES (1)")]
    [InlineData("INSERT INTO temporary SELECT 1")]
    [InlineData("MERGE INTO temp USING x ON true WHEN MATCHED THEN DELETE")]
    [InlineData("SELECT temp FROM temp")]
    [InlineData("SELECT 'BEGIN; COMMIT'")]
    [InlineData("UPDATE t SET x = 1")]
    [InlineData("NOTIFY channel, 'payload'")]
    [InlineData("CALL close_day()")]
    [InlineData("DO $$ BEGIN PERFORM 1; END $$")]
    [InlineData("CREATE TABLE temp (id int)")]
    [InlineData("CREATE INDEX temp ON t (x)")]
    [InlineData("CREATE RULE r AS ON INSERT TO t DO (DELETE FROM a; DELETE FROM b)")]
    [InlineData("CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END")]
    [InlineData("EXPLAIN ANALYZE SELECT 1")]
    [InlineData("SHOW search_path")]
    [InlineData("VACUUM")]
    [InlineData("beginning")]
    public void It_can_be_told(string sql)
    {
        Assert.Null(StatementRule.Problem(Statement.Of(sql), hasKey: false));
        Assert.Null(StatementRule.Problem(Statement.Of(sql), hasKey: true));
    }

    [Theory]
    [InlineData("SET search_path = x", "SET")]
    [InlineData("set local x = 1", "SET")]
    [InlineData("/* why */ -- so\n SET x = 1", "SET")]
    [InlineData("RESET ALL", "RESET")]
    [InlineData("LISTEN channel", "LISTEN")]
    [InlineData("UNLISTEN *", "UNLISTEN")]
    [InlineData("DISCARD TEMP", "DISCARD")]
    [InlineData("PREPARE p AS SELECT 1", "PREPARE")]
    [InlineData("EXECUTE p", "EXECUTE")]
    [InlineData("DEALLOCATE p", "DEALLOCATE")]
    [InlineData("DEALLOCATE PREPARE p", "DEALLOCATE")]
    [InlineData("DECLARE c CURSOR WITH HOLD FOR SELECT 1", "DECLARE")]
    [InlineData("FETCH 1 FROM c", "FETCH")]
    [InlineData("MOVE 1 FROM c", "MOVE")]
    [InlineData("CLOSE c", "CLOSE")]
    [InlineData("CREATE TEMP TABLE t (id int)", "CREATE TEMP")]
    [InlineData("create temporary view v as select 1", "CREATE TEMP")]
    [InlineData("CREATE OR REPLACE TEMP VIEW v AS SELECT 1", "CREATE TEMP")]
    [InlineData("CREATE LOCAL TEMPORARY TABLE t (id int)", "CREATE TEMP")]
    [InlineData("CREATE TABLE IF NOT EXISTS pg_temp.t (id int)", "CREATE TEMP")]
    [InlineData("SELECT 1 AS x INTO TEMP t", "SELECT ... INTO TEMP")]
    [InlineData("WITH x AS (SELECT 1) SELECT * INTO TEMPORARY TABLE t FROM x", "WITH ... INTO TEMP")]
    public void What_changes_the_session_needs_a_key(string sql, string name)
    {
        Assert.Null(StatementRule.Problem(Statement.Of(sql), hasKey: true));
        Refused(sql, name, hasKey: false);
    }

    [Theory]
    [InlineData("BEGIN", "BEGIN")]
    [InlineData("begin isolation level serializable", "BEGIN")]
    [InlineData("START TRANSACTION", "START")]
    [InlineData("COMMIT", "COMMIT")]
    [InlineData("END", "END")]
    [InlineData("ROLLBACK TO x", "ROLLBACK")]
    [InlineData("ABORT", "ABORT")]
    [InlineData("SAVEPOINT x", "SAVEPOINT")]
    [InlineData("RELEASE x", "RELEASE")]
    [InlineData("PREPARE TRANSACTION 'x'", "PREPARE TRANSACTION")]
    [InlineData("LOCK TABLE t", "LOCK")]
    [InlineData("COPY t FROM STDIN", "COPY")]
    [InlineData("copy t to '/tmp/x'", "COPY")]
    [InlineData("DISCARD ALL", "DISCARD ALL")]
    [InlineData("DEALLOCATE ALL", "DEALLOCATE ALL")]
    [InlineData("DEALLOCATE PREPARE ALL", "DEALLOCATE")]
    [InlineData("-- \rCOPY t FROM STDIN /*\nselect */", "COPY")]
    [InlineData("SELECT 1; SELECT 2", "several")]
    [InlineData("SELECT 1; -- and\n /* then */ COMMIT", "several")]
    [InlineData("BEGIN; SELECT 1; COMMIT", "several")]
    [InlineData("CREATE TABLE t (x int); END", "several")]
    public void What_no_statement_can_be_is_refused_with_a_key_too(string sql, string name)
    {
        Refused(sql, name, hasKey: false);
        Refused(sql, name, hasKey: true);
    }

    [Fact]
    public void A_group_is_refused_for_one_of_its_statements()
    {
        Statement[] group = [Statement.Of("SELECT 1"), Statement.Of("SELECT 2"), Statement.Of("COMMIT")];

        Assert.Contains("COMMIT", StatementRule.Problem(group, hasKey: true)!.Value.What, StringComparison.Ordinal);
        Assert.Null(StatementRule.Problem(group.AsSpan(0, 2), hasKey: false));
    }

    [Fact]
    public void A_group_has_statements()
    {
        Assert.Throws<ArgumentException>(() => StatementRule.Group([]));
        Assert.Throws<ArgumentException>(() => StatementRule.Group([Statement.Of("SELECT 1"), null!]));
    }

    [Theory]
    [InlineData("-- nothing")]
    [InlineData(" ; ")]
    [InlineData("SELECT {id}")]
    [InlineData("SELECT $0")]
    [InlineData("SELECT $65536")]
    public void A_text_that_is_no_statement_is_refused_where_it_is_made(string sql) => Assert.Throws<ArgumentException>(() => Statement.Of(sql));

    [Fact]
    public void A_forgotten_dollar_is_named() =>
        Assert.Contains("put a $ before the string", Assert.Throws<ArgumentException>(() => Statement.Of("SELECT {id}")).Message, StringComparison.Ordinal);

    private static void Refused(string sql, string name, bool hasKey)
    {
        var (what, remedy) = StatementRule.Problem(Statement.Of(sql), hasKey)!.Value;

        Assert.StartsWith(name, what, StringComparison.Ordinal);
        Assert.Matches("GetConnAsync|TransactAsync|Leave it out", remedy);
        Assert.Equal(name != "several" && !name.StartsWith("CO", StringComparison.Ordinal) && what.Contains("without a key", StringComparison.Ordinal), remedy.Contains("Key", StringComparison.Ordinal));
    }
}
