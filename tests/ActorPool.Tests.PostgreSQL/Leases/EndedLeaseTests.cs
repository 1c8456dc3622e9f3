using System.Data;
using System.Data.Common;
using System.Reflection;
using ActorPool.Tests.PostgreSQL.Support;
using Akka.Actor;

namespace ActorPool.Tests.PostgreSQL.Leases;

/// <summary>Every member of an ended lease throws and gives the reason of the end.</summary>
public sealed class EndedLeaseTests : PoolTest
{
    private static readonly string[] Silent = [nameof(DbConnection.Close), nameof(DbConnection.CloseAsync), nameof(DbConnection.Dispose), nameof(DbConnection.DisposeAsync), "get_State"];

    [Theory]
    [InlineData("dispose", "it was returned")]
    [InlineData("put", "it was returned")]
    [InlineData("put of a sharer", "by another one that shared its key")]
    [InlineData("end of the owner", "the actor that borrowed it has ended")]
    [InlineData("max-hold-time", "it was held for longer than max-hold-time")]
    [InlineData("closeall", "the pool was closed")]
    [InlineData("graceful stop", "the pool was closed")]
    public async Task Every_member_of_an_ended_lease_gives_the_reason_of_the_end(string end, string reason)
    {
        var pool = await StartAsync(1, 1, settings => settings with { CloseTimeout = TimeSpan.Zero, MaxHoldTime = end == "max-hold-time" ? TimeSpan.FromMilliseconds(50) : null });
        var owner = Sys.ActorOf(Props.Empty);
        var lease = await pool.GetConnAsync(new GetConn("key") { Owner = end == "end of the owner" ? owner : null });
        switch (end)
        {
            case "dispose":
                await lease.DisposeAsync();
                break;
            case "put":
                await pool.PutConnAsync(lease);
                break;
            case "put of a sharer":
                Assert.Same(lease, await pool.GetConnAsync("key"));
                await pool.PutConnAsync(lease, "key");
                break;
            case "end of the owner":
                Sys.Stop(owner);
                break;
            case "closeall":
                await pool.CloseAllAsync();
                break;
            case "graceful stop":
                await pool.DisposeAsync();
                break;
        }

        await EventuallyAsync(() => lease.State == ConnectionState.Closed, "the lease has ended");
        await AssertOverAsync(lease, reason);
    }

    [Fact]
    public async Task Every_member_of_a_lease_names_the_end_of_a_simple_pool()
    {
        var pool = await SimpleConnectionPool.StartAsync(new PoolSettings(ConnectionString, 1, 1) { Name = "simple" });
        var lease = await pool.GetConnAsync();
        await pool.DisposeAsync();

        await AssertOverAsync(lease, "the pool was closed", "simple");
    }

    private static async Task AssertOverAsync(PooledConnection lease, string reason, string poolName = "pool0")
    {
        var members = Members().ToList();
        Assert.True(members.Count > 30, "The members of the lease were not found.");
        foreach (var member in members)
        {
            var error = await Record.ExceptionAsync(() => CallAsync(lease, member));
            Assert.True(error is PoolException { Kind: PoolErrorKind.NotCheckedOut }, $"{member} gave {error?.ToString() ?? "no error"}");
            Assert.Contains(reason, error!.Message, StringComparison.Ordinal);
            Assert.Contains($"'{poolName}'", error.Message, StringComparison.Ordinal);
            Assert.Contains("Borrow one again", error.Message, StringComparison.Ordinal);
        }

        Assert.Equal(ConnectionState.Closed, lease.State);
        Assert.NotEmpty(lease.ToString());
        Assert.True(lease.Equals(lease));
        lease.Close();
        await lease.CloseAsync();
        lease.Dispose();
        await lease.DisposeAsync();
    }

    // Methods include the accessors of properties. IDbConnection's members are implemented explicitly.
    private static IEnumerable<MethodInfo> Members() =>
        typeof(PooledConnection).GetMethods()
            .Where(m => m.DeclaringType == typeof(PooledConnection) || m.DeclaringType == typeof(DbConnection))
            .Concat(typeof(IDbConnection).GetMethods())
            .Where(m => !Silent.Contains(m.Name))
            .Where(m => !(m.IsSpecialName && m.Name.EndsWith("_" + nameof(DbConnection.StateChange), StringComparison.Ordinal)))
            .Where(m => m.GetBaseDefinition().DeclaringType != typeof(object));

    private static async Task CallAsync(PooledConnection lease, MethodInfo member)
    {
        var arguments = member.GetParameters().Select(parameter => ArgumentFor(parameter.ParameterType)).ToArray();
        var result = member.Invoke(lease, BindingFlags.DoNotWrapExceptions, null, arguments, null);
        var task = result as Task ?? result?.GetType().GetMethod("AsTask")?.Invoke(result, null) as Task;
        if (task is not null)
            await task;
    }

    private static object? ArgumentFor(Type type) =>
        type == typeof(string) ? "text" : type == typeof(string[]) ? Array.Empty<string>() : type.IsValueType ? Activator.CreateInstance(type) : null;
}
