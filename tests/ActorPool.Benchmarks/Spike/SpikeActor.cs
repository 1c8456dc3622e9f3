using Akka.Actor;

namespace ActorPool.Benchmarks.Spike;

/// <summary>Wants the database as soon as it has started, once.</summary>
internal sealed class SpikeActor : ReceiveActor
{
    private static readonly object Begin = new();

    public SpikeActor(ISpikePool pool, SpikeCount count)
    {
        ReceiveAsync<object>(async _ =>
        {
            try
            {
                await pool.QueryAsync();
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
}
