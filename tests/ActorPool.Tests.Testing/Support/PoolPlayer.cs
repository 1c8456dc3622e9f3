using System.Globalization;
using System.Text.RegularExpressions;

namespace ActorPool.Tests.Testing.Support;

/// <summary>Plays random calls and messages on a pool. What it notes is the same for every pool that follows the same rules.</summary>
/// <param name="pool">The pool.</param>
/// <param name="manager">Its manager.</param>
/// <param name="connectionOf">What identifies the connection of a lease.</param>
internal sealed partial class PoolPlayer(IConnectionPool pool, IActorRef manager, Func<PooledConnection, object> connectionOf)
{
    private readonly List<PooledConnection> _leases = [];
    private readonly List<object> _connections = [];

    public async Task<List<string>> PlayAsync(int seed, int calls)
    {
        var random = new Random(seed);
        List<string> notes = [];
        for (var i = 0; i < calls; i++)
            notes.Add($"{i}. {await StepAsync(random)}");
        notes.Add($"end: {await AnswerAsync(async () => await pool.CloseAllAsync())}");
        for (var i = 0; i < 10; i++)
            notes.Add($"after the end: {await StepAsync(random)}");
        return notes;
    }

    private async Task<string> StepAsync(Random random)
    {
        var (kind, byMessage) = (random.Next(10), random.Next(2) == 0);
        object? key = random.Next(3) == 0 ? null : $"key {random.Next(4)}";
        var (flag, which) = (random.Next(5) == 0, random.NextDouble());
        if (kind < 4 || _leases.Count == 0)
            return $"get {key}{(flag ? " alone" : "")}: {await GetAsync(new GetConn(key) { Exclusive = flag, Timeout = TimeSpan.Zero }, byMessage)}";
        // Mostly one of the last leases, of which some are over.
        var lease = _leases[Math.Max(0, _leases.Count - 1 - (int)(which * 8))];
        return kind switch
        {
            < 8 => $"put #{_leases.IndexOf(lease)} {(which < 0.5 ? null : key)}{(flag ? ", close" : "")}: {await PutAsync(lease, which < 0.5 ? null : key, flag, byMessage)}",
            8 => $"dispose #{_leases.IndexOf(lease)}: {await AnswerAsync(async () => await lease.DisposeAsync())}",
            _ => $"key of #{_leases.IndexOf(lease)}: {await AnswerAsync(() => Task.FromResult(lease.Key))}",
        };
    }

    private async Task<string> GetAsync(GetConn request, bool byMessage)
    {
        var number = "";
        return await AnswerAsync(async () =>
        {
            var lease = byMessage ? await manager.Ask<PooledConnection>(request) : await pool.GetConnAsync(request);
            if (!_leases.Contains(lease))
                _leases.Add(lease);
            var connection = connectionOf(lease);
            if (!_connections.Contains(connection))
                _connections.Add(connection);
            number = $"lease {_leases.IndexOf(lease)} on connection {_connections.IndexOf(connection)}, key {lease.Key}, new {lease.IsNewSession}";
        }) + number;
    }

    private Task<string> PutAsync(PooledConnection lease, object? key, bool close, bool byMessage) => AnswerAsync(async () =>
    {
        if (byMessage)
            await manager.Ask<ConnPut>(new PutConn(lease, key, close));
        else
            await pool.PutConnAsync(lease, key, close);
    });

    private static async Task<string> AnswerAsync(Func<Task> call)
    {
        try
        {
            await call();
            return "done ";
        }
        catch (PoolException error)
        {
            return $"{error.Kind}: {Numbers().Replace(PoolName().Replace(error.Message, "Pool:"), "")}".ToString(CultureInfo.InvariantCulture);
        }
    }

    [GeneratedRegex("^Pool '[^']+':")]
    private static partial Regex PoolName();

    // How many are open, for how long a key was held and by which Ask, and how busy the test process is.
    [GeneratedRegex(@" \(open [^)]*\)| by (\S+) for [\d.]+ s| The thread pool of this process is behind.*$")]
    private static partial Regex Numbers();
}
