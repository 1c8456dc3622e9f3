using ActorPool.ThrowawayPostgres;

namespace ActorPool.Tests.Faults;

/// <summary>One fault, at the same time for six pools, each with a connection at another moment.</summary>
public abstract class FaultTest
{
    /// <summary>Brings all to their moments, lets the fault happen, and looks that nobody suffers more than he must.</summary>
    protected static async Task SurviveAsync(PostgresServer server, Func<Scene[], Task> fault, Action? repair = null)
    {
        var scenes = await Task.WhenAll(Enum.GetValues<WorstMoment>().Select(moment => Scene.AtAsync(server, moment)));
        try
        {
            try
            {
                await fault(scenes);
                await Task.WhenAll(scenes.Select(scene => scene.StandAsync()));
            }
            finally
            {
                repair?.Invoke();
            }

            await Task.WhenAll(scenes.Select(scene => scene.RecoverAsync()));
        }
        finally
        {
            foreach (var scene in scenes)
                await scene.DisposeAsync();
        }
    }
}
