using ActorPool.Psycopg2;
using Akka.Actor;
using Npgsql;

namespace ActorPool.Differential;

/// <summary>Runs sequences on psycopg2, on the model of its rules, and on every entry point of this project's pools.</summary>
internal sealed class Comparison : IAsyncDisposable
{
    private const int Pools = 4;

    private readonly string _connectionString;
    private readonly PythonChild _python;
    private readonly ActorSystem _system;
    private readonly SimpleConnectionPool _other;
    private readonly PooledConnection _stranger;
    private readonly List<ServerView> _views = [];
    private int _trials;

    private Comparison(string connectionString, PythonChild python, ActorSystem system, SimpleConnectionPool other, PooledConnection stranger) =>
        (_connectionString, _python, _system, _other, _stranger) = (connectionString, python, system, other, stranger);

    public static async Task<Comparison> PrepareAsync(string connectionString, PythonChild python)
    {
        var other = await SimpleConnectionPool.StartAsync(new PoolSettings(connectionString, 1, 1));
        var system = ActorSystem.Create("differential", "akka.loglevel = ERROR, akka.stdout-loglevel = OFF");
        var comparison = new Comparison(connectionString, python, system, other, await other.GetConnAsync());
        for (var i = 0; i < Pools; i++)
            comparison._views.Add(await ServerView.OpenAsync(connectionString));
        return comparison;
    }

    /// <summary>Null when all agree.</summary>
    /// <param name="sequence">The calls.</param>
    /// <param name="simple">Against psycopg2's SimpleConnectionPool, else its ThreadedConnectionPool.</param>
    public async Task<Difference?> RunAsync(CallSequence sequence, bool simple)
    {
        var trial = ++_trials;
        await using var reference = await Psycopg2Pool.StartAsync(simple, TextFor("reference"), sequence, _views[0], _python);
        await using var facade = await CompareAsync("ConnectionPool", 1, async s => new FacadeEntryPoint(await ConnectionPool.StartAsync(_system, s)));
        await using var ask = await CompareAsync("PoolManager, Ask", 2, async s => new AskEntryPoint(await ConnectionPool.StartAsync(_system, s)));
        await using var own = await CompareAsync("SimpleConnectionPool", 3, async s => new FacadeEntryPoint(await SimpleConnectionPool.StartAsync(s)));
        return await Trial.RunAsync(sequence, [reference, facade, ask, own]);

        async Task<ComparedActorPool> CompareAsync(string name, int number, Func<PoolSettings, Task<IEntryPoint>> startAsync)
        {
            var text = TextFor($"{number}");
            var application = ApplicationOf(text);
            var settings = PoolSettings.Psycopg2(text, sequence.Min, sequence.Max) with { Name = application };
            return new ComparedActorPool(name, application, _views[number], await startAsync(settings), _stranger);
        }

        // Each trial and pool has its own name, so that no trial counts backends of an earlier one.
        string TextFor(string pool) => new NpgsqlConnectionStringBuilder(_connectionString)
        {
            ApplicationName = $"differential_{Environment.ProcessId}_{trial}_{pool}",
        }.ConnectionString;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var view in _views)
            await view.DisposeAsync();
        await _stranger.DisposeAsync();
        await _other.DisposeAsync();
        await _system.Terminate();
    }

    private static string ApplicationOf(string text) => new NpgsqlConnectionStringBuilder(text).ApplicationName!;
}
