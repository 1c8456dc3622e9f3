using ActorPool.Tests.PostgreSQL.Psycopg2;
using Akka.Actor;
using Npgsql;

namespace ActorPool.Differential;

/// <summary>Runs sequences by everybody: psycopg2, the model of its rules, and this project's pools by every way in.</summary>
internal sealed class Comparison : IAsyncDisposable
{
    private const int Parties = 4;

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
        for (var i = 0; i < Parties; i++)
            comparison._views.Add(await ServerView.OpenAsync(connectionString));
        return comparison;
    }

    /// <summary>Null when all agree.</summary>
    /// <param name="sequence">The calls.</param>
    /// <param name="simple">Against psycopg2's SimpleConnectionPool, else its ThreadedConnectionPool.</param>
    public async Task<Difference?> RunAsync(CallSequence sequence, bool simple)
    {
        var trial = ++_trials;
        await using var reference = await Psycopg2Party.StartAsync(simple, TextFor("reference"), sequence, _views[0], _python);
        await using var facade = await PartyAsync("ConnectionPool", 1, async s => new FacadeWay(await ConnectionPool.StartAsync(_system, s)));
        await using var ask = await PartyAsync("PoolManager, Ask", 2, async s => new AskWay(await ConnectionPool.StartAsync(_system, s)));
        await using var own = await PartyAsync("SimpleConnectionPool", 3, async s => new FacadeWay(await SimpleConnectionPool.StartAsync(s)));
        return await Trial.RunAsync(sequence, [reference, facade, ask, own]);

        async Task<PoolParty> PartyAsync(string name, int number, Func<PoolSettings, Task<IWayIn>> startAsync)
        {
            var text = TextFor($"{number}");
            var application = ApplicationOf(text);
            var settings = PoolSettings.Psycopg2(text, sequence.Min, sequence.Max) with { Name = application };
            return new PoolParty(name, application, _views[number], await startAsync(settings), _stranger);
        }

        // Of its own for each trial and party: backends that an earlier one left behind are not counted in it.
        string TextFor(string party) => new NpgsqlConnectionStringBuilder(_connectionString)
        {
            ApplicationName = $"differential_{Environment.ProcessId}_{trial}_{party}",
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
