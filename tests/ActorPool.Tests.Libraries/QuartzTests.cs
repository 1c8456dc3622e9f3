using System.Collections.Concurrent;
using ActorPool.Tests.Libraries.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Quartz;

namespace ActorPool.Tests.Libraries;

/// <summary>
/// Quartz keeps its jobs in the database. It sends batches, attaches commands to its connection by hand, and disposes a connection before
/// the connection's transaction.
/// </summary>
public sealed class QuartzTests : LibraryTest
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Jobs_are_stored_fired_and_finished()
    {
        MayWait = true;
        var fired = new ConcurrentBag<string>();
        using (var host = Build(fired))
        {
            await host.StartAsync();
            var scheduler = await host.Services.GetRequiredService<ISchedulerFactory>().GetScheduler();
            for (var i = 0; i < 30; i++)
            {
                await scheduler.ScheduleJob(
                    JobBuilder.Create<Job>().WithIdentity($"job {i}").UsingJobData("name", $"{i}").Build(),
                    TriggerBuilder.Create().StartNow().Build());
            }

            await EventuallyAsync(() => fired.Count == 30, "thirty jobs have run", Soon);
            await EventuallyAsync(async () => await CountAsync("qrtz_triggers") == 0, "no trigger is left");
            await host.StopAsync();
        }

        Assert.Equal(Enumerable.Range(0, 30).Select(i => $"{i}").Order(), fired.Order());
        Assert.Equal(0, await CountAsync("qrtz_fired_triggers"));
    }

    [Fact]
    public async Task A_second_scheduler_finds_the_jobs_that_the_first_has_stored()
    {
        MayWait = true;
        var fired = new ConcurrentBag<string>();
        using (var first = Build(fired))
        {
            await first.StartAsync();
            var scheduler = await first.Services.GetRequiredService<ISchedulerFactory>().GetScheduler();
            await scheduler.ScheduleJob(
                JobBuilder.Create<Job>().WithIdentity("late").UsingJobData("name", "late").StoreDurably().Build(),
                TriggerBuilder.Create().WithIdentity("late").StartAt(DateTimeOffset.UtcNow.AddHours(1)).Build());
            await first.StopAsync();
        }

        using var second = Build(fired);
        await second.StartAsync();
        var found = await second.Services.GetRequiredService<ISchedulerFactory>().GetScheduler();
        Assert.NotNull(await found.RescheduleJob(new TriggerKey("late"), TriggerBuilder.Create().WithIdentity("late").StartNow().Build()));
        await EventuallyAsync(() => fired.Contains("late"), "the stored job has run", Soon);
        await EventuallyAsync(async () => await CountAsync("qrtz_triggers") == 0, "its trigger is removed");
        Assert.True(await found.DeleteJob(new JobKey("late")));
        await second.StopAsync();
    }

    private IHost Build(ConcurrentBag<string> fired)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        var services = builder.Services;
        services.AddSingleton(DataSource);
        services.AddSingleton(fired);

        services.AddQuartz(quartz => quartz.UsePersistentStore(store => store
            .UsePostgres(database => database.UseRegisteredDataSource = true)
            .UseClustering()
            .ProvisionSchema()));
        services.AddQuartzHostedService(options => options.WaitForJobsToComplete = true);
        return builder.Build();
    }

    private async Task<long> CountAsync(string table) => (long)(await ScalarAsync($"SELECT count(*) FROM {table}"))!;

    public sealed class Job(ConcurrentBag<string> fired) : IJob
    {
        public ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken)
        {
            fired.Add(context.MergedJobDataMap.GetString("name")!);
            return ValueTask.CompletedTask;
        }
    }
}
