using ActorPool.Core.Model;
using ActorPool.Tests.PostgreSQL.Support;

namespace ActorPool.Tests.PostgreSQL.Driver.Statements;

/// <summary>Statements that cannot be sent fail alone. The driver alone would refuse the whole batch, or drop the connection.</summary>
public sealed class UnsendableStatementTests : StatementTest
{
    private enum Unmapped
    {
        One,
    }

    [Theory, BothWays]
    public async Task A_value_that_cannot_be_written_fails_its_own_statement(DriverAccess access)
    {
        foreach (var value in new object[] { Unmapped.One, new Version(1, 2), "half of a pair: \ud800" })
        {
            var told = await TellAsync(access, Select("SELECT $1::text", value));

            Assert.NotNull(told.Error);
            Assert.Equal(1, told.Deliveries);
        }
    }

    [Theory, BothWays]
    public async Task A_text_that_cannot_be_sent_fails_its_own_statement(DriverAccess access)
    {
        foreach (var text in new[] { "SELECT 'half of a pair: \ud800'", "SELECT 1\0, 2" })
            Assert.Contains("Nothing was sent", Assert.IsType<ArgumentException>((await TellAsync(access, Select(text))).Error).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_text_whose_value_cannot_be_written_is_prepared_later()
    {
        var connection = await OpenAsync(more: "Max Auto Prepare=10;Auto Prepare Min Usages=1");
        var bad = Select("SELECT $1::text", Unmapped.One);

        Assert.Equal(["a", "22012"], (await ToldAsync(connection, Select("SELECT $1::text", "a"), bad, Select(DividesByZero))).Where((_, index) => index != 1));
        Assert.Equal(["b"], await ToldAsync(connection, Select("SELECT $1::text", "b")));
    }

    private async Task<RecordedStatement> TellAsync(DriverAccess access, RecordedStatement unsendable)
    {
        var connection = await OpenAsync(access);
        RecordedStatement[] others = [Select("SELECT 1"), Select("SELECT 3")];

        Assert.NotEqual(ReturnCondition.Broken, await RunAsync(connection, others[0], unsendable, others[1]));

        Assert.Equal(["1", "3"], others.Select(other => other.Told));
        return unsendable;
    }
}
