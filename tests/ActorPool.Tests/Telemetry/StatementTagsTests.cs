using ActorPool.Telemetry;

namespace ActorPool.Tests.Telemetry;

/// <summary>Statements and groups in the attributes of measurements.</summary>
public sealed class StatementTagsTests
{
    private static readonly Statement Pay = Statement.Of("UPDATE account SET balance = balance - $1", 17);
    private static readonly Statement Note = Statement.Of("UPDATE ledger SET entries = entries + 1");
    private static readonly Statement Log = Statement.Of("INSERT INTO log VALUES ($1)", "secret");

    [Fact]
    public void A_statement_has_its_operation_its_summary_and_its_text()
    {
        var tags = StatementTags.Of([Pay]);

        Assert.Equal(("UPDATE", "UPDATE account", Pay.Sql), (tags.Operation, tags.Summary, tags.Text));
        Assert.Null(tags.GroupSize);
    }

    [Fact]
    public void A_group_of_the_same_statement_is_a_batch_of_it()
    {
        var tags = StatementTags.Of([Pay, Pay, Pay]);

        Assert.Equal(("BATCH UPDATE", "BATCH UPDATE account", Pay.Sql), (tags.Operation, tags.Summary, tags.Text));
        Assert.Equal(3, tags.GroupSize);
    }

    [Fact]
    public void A_group_of_one_operation_names_it()
    {
        var tags = StatementTags.Of([Pay, Note]);

        Assert.Equal(("BATCH UPDATE", "BATCH"), (tags.Operation, tags.Summary));
    }

    [Fact]
    public void A_group_of_several_operations_is_a_batch_and_has_all_texts()
    {
        var tags = StatementTags.Of([Pay, Log]);

        Assert.Equal(("BATCH", "BATCH", $"{Pay.Sql}; {Log.Sql}"), (tags.Operation, tags.Summary, tags.Text));
        Assert.Equal(2, tags.GroupSize);
    }
}
