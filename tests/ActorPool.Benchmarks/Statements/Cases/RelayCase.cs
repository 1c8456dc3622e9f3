using ActorPool.Benchmarks.Load;
using ActorPool.Benchmarks.Network;
using ActorPool.Benchmarks.Scenarios;
using ActorPool.Benchmarks.Statements.Readers;
using ActorPool.Benchmarks.Targets;

namespace ActorPool.Benchmarks.Statements.Cases;

/// <summary>What the relay itself costs: with and without it, and no delay. Its thread needs a part of the same processors.</summary>
internal sealed class RelayCase(Stage stage) : ICase
{
    private const int Callers = 64;

    public string Name => "the relay without delay";

    public async Task<RoundResults> RunAsync(int rounds, TimeSpan length)
    {
        using var relay = Relay.Before(stage.ServerPort, TimeSpan.Zero);
        await using var direct = await NpgsqlReader.OpenAsync(stage.Setup("direct"));
        await using var relayed = await NpgsqlReader.OpenAsync(stage.Setup("relayed", relay.Port));
        await using var pipelined = await MultiplexingReader.OpenAsync(stage.Setup("pipelined"));
        await using var pipelinedRelayed = await MultiplexingReader.OpenAsync(stage.Setup("pipelined-relayed", relay.Port));
        return await Turns.RunAsync(
            rounds,
            Side("npgsql-noreset, direct", direct),
            Side("npgsql-noreset, through the relay", relayed),
            Side("npgsql-multiplexing, direct", pipelined),
            Side("npgsql-multiplexing, through the relay", pipelinedRelayed));

        (string Name, Func<Task<Figures>> RunAsync) Side(string name, IKeyReader reader)
        {
            var loop = stage.Loop(new CheckedReads(reader, Callers), Callers, stage.Setup(name));
            return (name, () => loop.RunAsync(length));
        }
    }

    public IEnumerable<Target> Targets(RoundResults results) => [];
}
