using System.Net;
using ActorPool.Tests.PostgreSQL.Support;
using Npgsql;

namespace ActorPool.Tests.PostgreSQL.Hosting;

/// <summary>
/// A Kestrel host under load with a worker in the middle of a unit of work is ended: until its process is gone it answers no request
/// with an error, the worker's unit is finished, a service that writes when it stops can do so once, and no backend stays.
/// </summary>
public abstract class EndOfApplicationTest : PoolTest
{
    // After so many answers every caller has used a connection.
    private const int SomeAnswers = 50;

    private static readonly TimeSpan MostForTheEnd = TimeSpan.FromMinutes(1);

    protected private async Task EndsWellAsync(string variant, Func<HostedApp, Task> end)
    {
        await using var view = new NpgsqlConnection(ConnectionString + ";Pooling=false");
        await view.OpenAsync();
        await using (var create = new NpgsqlCommand("CREATE TABLE unit (step text)", view))
            await create.ExecuteNonQueryAsync();
        using var app = await HostedApp.StartAsync(ConnectionString, variant);
        var load = app.LoadAsync();
        await EventuallyAsync(() => app.Answers.Count > SomeAnswers, "the application serves", TimeSpan.FromSeconds(60));
        await BeginAsync(view);

        await end(app);
        await load.WaitAsync(MostForTheEnd);
        var (exitCode, words) = await app.EndAsync();

        Assert.DoesNotContain(app.Answers, answer => answer != HttpStatusCode.OK);
        Assert.True(await CountAsync(view, "begun") > 0);
        Assert.Equal(await CountAsync(view, "begun"), await CountAsync(view, "finished"));
        Assert.Equal(1, await CountAsync(view, "stopped"));
        Assert.Equal(0, await Backends.CountAsync($"pid <> {view.ProcessID}"));
        Assert.Equal((0, ""), (exitCode, words));
    }

    /// <summary>Waits until the worker has begun another unit.</summary>
    private static async Task BeginAsync(NpgsqlConnection view)
    {
        for (var before = await CountAsync(view, "begun"); await CountAsync(view, "begun") == before;)
            await Task.Delay(5);
    }

    private static async Task<long> CountAsync(NpgsqlConnection view, string step)
    {
        await using var count = new NpgsqlCommand($"SELECT count(*) FROM unit WHERE step = '{step}'", view);
        return (long)(await count.ExecuteScalarAsync())!;
    }
}
