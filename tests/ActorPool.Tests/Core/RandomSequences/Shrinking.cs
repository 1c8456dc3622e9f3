using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace ActorPool.Tests.Core.RandomSequences;

/// <summary>Makes a failing scenario as short as it gets, and tells it line by line.</summary>
internal static class Shrinking
{
    public static string Tell(Scenario scenario)
    {
        var text = new StringBuilder();
        var failure = Failure(Shrunk(scenario), line => text.AppendLine(line));
        return text.AppendLine().Append("!! ").AppendLine(failure is Support.BrokenPromiseException ? failure.Message : failure?.ToString()).ToString();
    }

    private static Scenario Shrunk(Scenario scenario)
    {
        for (var shorter = true; shorter;)
        {
            shorter = false;
            for (var size = scenario.Commands.Length; size > 0; size /= 2)
            {
                for (var at = scenario.Commands.Length - size; at >= 0; at--)
                {
                    if (at + size > scenario.Commands.Length)
                        continue;
                    var less = scenario with { Commands = [.. scenario.Commands[..at], .. scenario.Commands[(at + size)..]] };
                    if (Failure(less) is null)
                        continue;
                    scenario = less;
                    shorter = true;
                }
            }

            for (var die = 0; die < scenario.Dice.Length; die++)
            {
                var plainer = scenario with { Dice = [.. scenario.Dice.Select((value, i) => i == die ? 0 : value)] };
                if (scenario.Dice[die] == 0 || Failure(plainer) is null)
                    continue;
                scenario = plainer;
                shorter = true;
            }
        }

        return scenario;
    }

    [SuppressMessage("Design", "CA1031", Justification = "Any failure is one.")]
    private static Exception? Failure(Scenario scenario, Action<string>? log = null)
    {
        try
        {
            ScenarioRun.Of(scenario, log);
            return null;
        }
        catch (Exception failure)
        {
            return failure;
        }
    }
}
