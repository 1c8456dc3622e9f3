using ActorPool.Core.Model;
using ActorPool.Driver.Internals;
using ActorPool.Errors;
using Npgsql;

namespace ActorPool.Driver;

/// <summary>
/// The hosts of a pool, and the order in which they are tried. A host that failed, or whose sessions are not of the wanted kind, comes last
/// for <c>Host Recheck Seconds</c>. No host is ever left out: the pool's own back-off decides how soon a recovered server is found.
/// </summary>
internal sealed class HostList
{
    // The pool orders a second open after 250 ms, counted from the order of the first. The first reaches its host a moment later; the second
    // must still count it as slow, and try another host.
    private static readonly TimeSpan SlowAfter = TimeSpan.FromMilliseconds(125);

    // A host that failed a moment ago is tried in case it has recovered; a failover must not wait for it.
    private static readonly TimeSpan MostForFailed = TimeSpan.FromSeconds(1);

    // An open that the pool has given up is not noted. After this time nothing is known of its host.
    private static readonly TimeSpan LongestTry = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<ServerHost, Mark> _marks;
    private readonly bool _balance;
    private readonly TimeSpan _recheck;
    private readonly TimeProvider _time;
    private uint _turn;

    internal HostList(IReadOnlyList<ServerHost> hosts, NpgsqlConnectionStringBuilder text, TimeProvider? time = null)
    {
        All = hosts;
        _marks = hosts.ToDictionary(host => host, _ => new Mark());
        _balance = text.LoadBalanceHosts;
        _recheck = TimeSpan.FromSeconds(text.HostRecheckSeconds);
        _time = time ?? TimeProvider.System;
        // As the driver does with several hosts.
        Target = SessionTarget.Of(text.TargetSessionAttributes ?? (hosts.Count > 1 ? Environment.GetEnvironmentVariable("PGTARGETSESSIONATTRS")?.ToLowerInvariant() : null));
    }

    private enum Rank
    {
        Good,
        OfAnotherKind,
        Failed,
    }

    public IReadOnlyList<ServerHost> All { get; }

    public ServerHost First => All[0];

    /// <summary>Which sessions are wanted; null when any session will do.</summary>
    public SessionTarget? Target { get; }

    /// <summary>There is one host and no wanted kind: the driver opens the connection by itself.</summary>
    public bool IsPlain => All.Count == 1 && Target is null;

    public static int CountIn(NpgsqlConnectionStringBuilder text) => text.Host!.Split(',').Length;

    /// <summary>A data source for each host of the builder's string, with everything else that was configured.</summary>
    public static HostList Build(NpgsqlDataSourceBuilder builder)
    {
        var text = builder.ConnectionStringBuilder;
        var whole = new NpgsqlConnectionStringBuilder(text.ConnectionString);
        var (name, port) = (builder.Name, text.Port);
        // With these the driver would choose among hosts itself, and ignore a recovered server for Host Recheck Seconds.
        text.Remove("Target Session Attributes");
        text.Remove("Load Balance Hosts");
        var hosts = new List<ServerHost>();
        foreach (var host in whole.Host!.Split(',', StringSplitOptions.TrimEntries))
        {
            (text.Host, text.Port) = (host, port);
            var label = PoolSettingsText.HostAndPort(host, port);
            // The driver's metrics have this name.
            builder.Name = CountIn(whole) == 1 ? name : $"{name}/{label}";
            hosts.Add(new ServerHost(label, builder.Build()));
        }

        return new HostList(hosts, whole);
    }

    /// <summary>The hosts of a given data source, if it has several and they can be seen.</summary>
    public static HostList Of(NpgsqlDataSource given) => Of(given, MultiHost.TakeApart(given));

    internal static HostList Of(NpgsqlDataSource given, (NpgsqlDataSource[] Sources, string? Target)? inIt)
    {
        var text = new NpgsqlConnectionStringBuilder(given.ConnectionString);
        if (inIt is not { } parts)
            return new HostList([new ServerHost(PoolSettingsText.Hosts(text), given)], new NpgsqlConnectionStringBuilder());
        text.TargetSessionAttributes = parts.Target;
        return new HostList([.. parts.Sources.Select(source => new ServerHost(PoolSettingsText.Hosts(new(source.ConnectionString)), source))], text);
    }

    /// <summary>Every host once, in the order in which to try them now.</summary>
    public IReadOnlyList<ServerHost> InOrder()
    {
        lock (_lock)
        {
            var start = _balance ? (int)(_turn++ % (uint)All.Count) : 0;
            return [.. All.Skip(start).Concat(All.Take(start)).OrderBy(RankOf)];
        }
    }

    /// <summary>The host's part of the time for one open.</summary>
    public TimeSpan TurnOf(ServerHost host, TimeSpan whole)
    {
        var turn = whole / All.Count;
        lock (_lock)
            return turn > MostForFailed && RankOf(host) == Rank.Failed && All.Any(other => RankOf(other) != Rank.Failed) ? MostForFailed : turn;
    }

    /// <summary>Opens a connection where there is nothing to choose, or where the driver chooses.</summary>
    public async Task OpenAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        for (var first = true; ; first = false)
        {
            try
            {
                await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (NpgsqlException error) when (First.Source is NpgsqlMultiHostDataSource whole)
            {
                // Else the driver would skip the failed hosts for Host Recheck Seconds. If it has skipped all of them, try again.
                whole.ClearDatabaseStates();
                if (error is PostgresException)
                    throw;
                if (error.InnerException is null && first)
                    continue;
                throw NoHostException.Of([.. FailuresOf(error)]);
            }
        }
    }

    /// <summary>An open at this host is in flight.</summary>
    public void Trying(ServerHost host) => Set(host, mark => mark.TriedSince ??= _time.GetTimestamp());

    /// <summary>The host gave a session of the wanted kind.</summary>
    public void Served(ServerHost host) => Note(host, Rank.Good);

    /// <summary>The host gave a session of another kind.</summary>
    public void OfAnotherKind(ServerHost host) => Note(host, Rank.OfAnotherKind);

    public void Failed(ServerHost host) => Note(host, Rank.Failed);

    private IEnumerable<HostFailure> FailuresOf(NpgsqlException error) => error.InnerException switch
    {
        AggregateException hosts => hosts.InnerExceptions.Select(one => new HostFailure(null, one, ConnectErrors.KindOf(one), WasReached: false)),
        null => [new HostFailure(First.Name, error, ConnectFailure.StartingUp, WasReached: true)],
        _ => [new HostFailure(null, error, ConnectErrors.KindOf(error), WasReached: false)],
    };

    private void Note(ServerHost host, Rank rank) => Set(host, mark => (mark.Rank, mark.Since, mark.TriedSince) = (rank, _time.GetTimestamp(), null));

    private void Set(ServerHost host, Action<Mark> change)
    {
        lock (_lock)
            change(_marks[host]);
    }

    private Rank RankOf(ServerHost host)
    {
        var mark = _marks[host];
        var rank = _time.GetElapsedTime(mark.Since) < _recheck ? mark.Rank : Rank.Good;
        return rank == Rank.Good && mark.TriedSince is { } since && _time.GetElapsedTime(since) is var tried && tried >= SlowAfter && tried < LongestTry
            ? Rank.Failed
            : rank;
    }

    /// <summary>The last result of a host.</summary>
    private sealed class Mark
    {
        public Rank Rank { get; set; }

        public long Since { get; set; }

        public long? TriedSince { get; set; }
    }
}
