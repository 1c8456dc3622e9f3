using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace ActorPool.Soak;

/// <summary>Looks at the server and at the pool's numbers all the time.</summary>
internal sealed class Watcher(SoakWorld world, EventLog log)
{
    // The pool waits for the end of a backend that its network confirms for five seconds, and no longer.
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(4.5);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    // A smaller maximum is reached when what is lent has come back, by max-hold-time at the latest.
    private static readonly TimeSpan Shrinking = TimeSpan.FromSeconds(15);

    // A port whose connection the network has cut can be another one's by now: the younger backend is meant.
    private const string View = """
        SELECT coalesce(array_agg(pid ORDER BY backend_start), '{}'), coalesce(array_agg(format('%s since %s, %s since %s: %s', pid, clock_timestamp() - backend_start, state, clock_timestamp() - state_change, query) ORDER BY backend_start), '{}')
        FROM (SELECT DISTINCT ON (client_port) * FROM pg_stat_activity
              WHERE application_name = 'soak' AND client_port = ANY ($1) ORDER BY client_port, backend_start DESC) AS backends
        """;

    private readonly Queue<(long At, int Max)> _maxima = new();
    private NpgsqlConnection? _view;
    private bool _seesNothing;

    public long Looks { get; private set; }

    public int MostBackends { get; private set; }

    public async Task RunAsync(CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            CheckStatistics();
            await CountAsync();
            await Task.Delay(Pause, CancellationToken.None);
        }

        if (_view is not null)
            await _view.DisposeAsync();
    }

    private void CheckStatistics()
    {
        var now = world.Pool.Statistics;
        Require(now.Open == now.Idle + now.InUse + now.Resetting + now.Validating + now.Closing, $"open is not its parts: {now}");
        _maxima.Enqueue((Stopwatch.GetTimestamp(), now.Max));
        while (Stopwatch.GetElapsedTime(_maxima.Peek().At) > Shrinking)
            _maxima.Dequeue();
        Require(now.Open + now.Opening <= Allowed, $"more than {Allowed} places are taken: {now}");
        Require(now.LongestWait < SoakWorld.AcquireTimeout + Lateness.Allowed, $"a request waits for {now.LongestWait.TotalSeconds:0.0} s: {now}");
    }

    private int Allowed => _maxima.Max(maximum => maximum.Max);

    private async Task CountAsync()
    {
        try
        {
            var ports = world.Network.PortsHeldByClient(Moment);
            _view ??= await OpenAsync();
            var (pids, texts) = await LookAsync(_view, ports);
            if (pids.Length > Allowed || pids.Length > MostBackends)
            {
                // The server collects its view one by one, and it may have one that has ended meanwhile beside its successor.
                var (again, _) = await LookAsync(_view, ports);
                pids = [.. pids.Intersect(again)];
            }

            MostBackends = Math.Max(MostBackends, pids.Length);
            Looks++;
            _seesNothing = false;
            Require(pids.Length <= Allowed, string.Create(CultureInfo.InvariantCulture, $"{pids.Length} backends at the server, {Allowed} are allowed: {world.Pool.Statistics}\n{string.Join('\n', texts)}"));
        }
        catch (Exception error) when (error is NpgsqlException or TimeoutException or InvalidOperationException)
        {
            // The server is down, as it is meant to be now and then.
            if (!_seesNothing)
                log.Note($"the watcher sees no server: {error.Message}");
            _seesNothing = true;
            if (_view is not null)
                await _view.DisposeAsync();
            _view = null;
        }
    }

    private static async Task<(int[] Pids, string[] Texts)> LookAsync(NpgsqlConnection view, int[] ports)
    {
        await using var command = new NpgsqlCommand(View, view);
        command.Parameters.AddWithValue(ports);
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        return (reader.GetFieldValue<int[]>(0), reader.GetFieldValue<string[]>(1));
    }

    private async Task<NpgsqlConnection> OpenAsync()
    {
        var view = new NpgsqlConnection(world.DirectConnectionString);
        await view.OpenAsync();
        return view;
    }

    private static void Require(bool condition, string what)
    {
        if (!condition)
            throw new SoakFailedException(what);
    }
}
