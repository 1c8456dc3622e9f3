using ActorPool.Benchmarks.Contestants;
using ActorPool.Benchmarks.Workloads;
using Akka.Actor;
using Npgsql;

namespace ActorPool.Benchmarks.Spike;

/// <summary>Uses the database once, as soon as it has started.</summary>
internal sealed class SpikeActor : ReceiveActor
{
    private static readonly object Begin = new();
    private static readonly SmallQuery Query = new();

    public SpikeActor(IContestant pool, SpikeCount count)
    {
        ReceiveAsync<object>(async _ =>
        {
            try
            {
                await pool.UseAsync(Query, caller: 0);
                count.Ended(null);
            }
            catch (Exception error)
            {
                count.Ended(error);
            }

            Context.Stop(Self);
        });
    }

    protected override void PreStart() => Self.Tell(Begin);

    private sealed class SmallQuery : IWork
    {
        public async ValueTask RunAsync(NpgsqlConnection connection)
        {
            await using var command = new NpgsqlCommand("SELECT 1", connection);
            await command.ExecuteScalarAsync();
        }
    }
}
