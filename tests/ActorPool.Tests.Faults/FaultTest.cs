using ActorPool.ThrowawayPostgres;

namespace ActorPool.Tests.Faults;

/// <summary>One fault, at the same time for six pools, each with a connection at another moment.</summary>
public abstract class FaultTest
{
    /// <summary>Brings all to their moments, lets the fault happen, and looks that nobody suffers more than he must.</summary>
    protected static async Task SurviveAsync(PostgresServer server, Func<FaultScenario[], Task> fault, Action? repair = null)
    {
        var scenarios = await Task.WhenAll(Enum.GetValues<WorstMoment>().Select(moment => FaultScenario.AtAsync(server, moment)));
        try
        {
            try
            {
                await fault(scenarios);
                await Task.WhenAll(scenarios.Select(scenario => scenario.StandAsync()));
            }
            finally
            {
                repair?.Invoke();
            }

            await Task.WhenAll(scenarios.Select(scenario => scenario.RecoverAsync()));
        }
        finally
        {
            foreach (var scenario in scenarios)
                await scenario.DisposeAsync();
        }
    }
}
