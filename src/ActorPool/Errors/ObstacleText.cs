using System.Globalization;
using System.Text;
using ActorPool.Core.Model;
using ActorPool.Core.Sizing;

namespace ActorPool.Errors;

/// <summary>The text of an error for a request that got no connection: the cause, the holders, the remedy.</summary>
internal sealed class ObstacleText(PoolErrorKind kind, PoolStatistics state, Obstacle obstacle, RefusedRequest request)
{
    // Up to this, a process is busy but its thread pool is not behind.
    private const int QueuedPerThread = 2;

    private readonly StringBuilder _text = new();

    private PoolSettings Settings => obstacle.Settings;

    private TimeSpan Limit => request.Timeout ?? (request.IsStatement ? Settings.Pipeline.Timeout : Settings.AcquireTimeout);

    private string Setting => request.IsStatement ? "pipeline.timeout" : "acquire-timeout";

    private string Subject => request.IsStatement ? "statement" : "request";

    private int Lent => state.InUse - state.Working;

    private int ForStatements => PoolSize.ForStatements(Settings.Pipeline.Connections, state.Max);

    private string OpensAtOnce => $"max-concurrent-opens ({Settings.MaxConcurrentOpens})";

    private bool AreOpensLimited => state.Opening >= Settings.MaxConcurrentOpens && state.Open + state.Opening < state.Max;

    private bool AllLent => Lent >= state.Max;

    private bool AllWorking => request.IsStatement && state.Working >= ForStatements;

    /// <summary>What happened, and why.</summary>
    public string What() => kind switch
    {
        PoolErrorKind.Exhausted => $"connection pool exhausted, {Cause()}",
        PoolErrorKind.TooManyWaiting => $"as many requests and statements wait as max-waiting ({Settings.MaxWaiting}) allows, because {Cause()}",
        _ => $"{Wait()}: {Cause()}",
    };

    /// <summary>The holders of the connections, and what to do.</summary>
    public string Remedy()
    {
        _text.Clear();
        if (obstacle.Hindrance != Hindrance.Paused)
        {
            AddHolders();
            AddNesting();
        }

        Add(RemedyOfCause());
        if (kind == PoolErrorKind.TooManyWaiting)
            Add("Slow the callers down, or raise max-waiting.");
        var (queued, threads) = obstacle.ThreadPoolLoad;
        if (queued > QueuedPerThread * threads)
            Add($"The thread pool of this process is behind, with {queued} work items for {threads} threads. Threads that block (Result, Wait, Thread.Sleep) delay the pool's opens and its borrowers.");
        return _text.ToString();
    }

    private string Wait()
    {
        if (Limit != TimeSpan.Zero)
            return $"no connection came free within {LimitName()}; the {Subject} waited {Seconds(request.Waited)}";
        if (request.Waited < Settings.ConnectTimeout / 2)
            return $"no connection is free, and {LimitName()} does not let the request wait";
        var ready = $"no connection was made ready within connect-timeout ({Seconds(Settings.ConnectTimeout)})";
        return request.MayWait ? $"{ready}, which is how long a request with {LimitName()} waits for the pool's own work" : ready;
    }

    private string LimitName() => request.Timeout is null ? $"{Setting} ({Seconds(Limit)})" : $"its Timeout ({Seconds(Limit)})";

    private string Cause() => obstacle.Hindrance switch
    {
        Hindrance.KeyInUse when obstacle.Holders.Length == 0 => $"other statements of its key have been running for {Seconds(obstacle.Lasted)}",
        Hindrance.KeyInUse => $"the key of the {Subject} is in use",
        Hindrance.SessionNotReady => $"InitializeSession has been running on the session of its key for {Seconds(obstacle.Lasted)}",
        Hindrance.Paused => $"the pool has been paused for {Seconds(obstacle.Lasted)}",
        Hindrance.NotAnswering => $"connections are being validated ({state.Validating}) or reset ({state.Resetting}), and there has been no answer for {Seconds(obstacle.Lasted)}",
        Hindrance.OpensSlow => $"connections are being opened ({state.Opening}), the first for {Seconds(obstacle.Lasted)}{(AreOpensLimited ? $", and no more than {OpensAtOnce} at once" : "")}",
        Hindrance.OpensLimited => $"connections are being opened, but no more than {OpensAtOnce} at once",
        _ when AllLent => $"all of max-connections ({state.Max}) are lent",
        _ when AllWorking => $"all of pipeline.connections ({ForStatements}) run other statements, the first for {Seconds(state.LongestRun)}",
        _ when state.InUse >= state.Max => $"all of max-connections ({state.Max}) are in use: {Lent} lent, {state.Working} running statements",
        _ => $"{Lent} of max-connections ({state.Max}) are lent, and the others are not ready: {(state.Working > 0 ? $"{state.Working} running statements, " : "")}{state.Resetting} resetting, {state.Validating} validating, {state.Opening} opening, {state.Closing} closing",
    };

    private string RemedyOfCause() => obstacle.Hindrance switch
    {
        Hindrance.KeyInUse when obstacle.Holders.Length == 0 => $"Make the statements of this key faster, or wait longer with {Setting}; a higher max-connections does not help.",
        Hindrance.KeyInUse => $"Return the connection of the key sooner, or wait longer with {Setting}; a higher max-connections does not help. {WhyNotShared()}",
        Hindrance.SessionNotReady => $"Make InitializeSession faster, or wait longer with {Setting}.",
        Hindrance.Paused => $"Resume the pool (ResumeAsync, or the message Resume), or wait longer with {Setting}.",
        Hindrance.NotAnswering => "Check the server and the network to it, and the hooks OnReturn and Check if you have them.",
        Hindrance.OpensSlow when AreOpensLimited => "Raise max-concurrent-opens, keep more connections open with min-connections, or check how long the server takes to accept a connection (network, encryption, authentication, Configure).",
        Hindrance.OpensSlow => $"Check how long the server takes to accept a connection (network, encryption, authentication, Configure), keep more connections open with min-connections, or wait longer with {Setting}.",
        Hindrance.OpensLimited => $"Raise max-concurrent-opens, keep more connections open with min-connections, or wait longer with {Setting}.",
        _ when AllWorking && !AllLent => $"Raise pipeline.connections, make the statements that run longest faster, or wait longer with {Setting}.",
        _ when !request.MayWait => "Return connections sooner, or raise max-connections; a SimpleConnectionPool does not wait for other borrowers.",
        _ when kind == PoolErrorKind.Exhausted => "Return connections sooner, raise max-connections, or let requests wait with acquire-timeout.",
        _ => $"Return connections sooner, raise max-connections, or wait longer with {Setting}.",
    };

    private string WhyNotShared() => Settings.KeySharing == KeySharing.Exclusive
        ? "With key-sharing = shared, requests for one key share its connection."
        : "Requests for one key share its connection unless one of them is exclusive, by GetConn.Exclusive or from a data source with a key.";

    private void AddHolders()
    {
        if (obstacle.Holders is not { Length: > 0 } holders)
            return;
        var names = string.Join(", ", holders.Select(holder => $"{holder.Origin} for {Seconds(holder.Held)}"));
        if (obstacle.Hindrance == Hindrance.KeyInUse)
            Add($"It is held by {names}.");
        else
            Add(Lent > holders.Length ? $"Held longest: {names}, and {Lent - holders.Length} more." : $"Held by {names}.");
    }

    /// <summary>Nested borrows: when every borrower waits for a second connection, none returns its first.</summary>
    private void AddNesting()
    {
        if (request.OwnLeases > 0)
            Add($"The actor that makes this request holds {request.OwnLeases} of them itself, which is a nested borrow. Return the first connection before you borrow a second, or use one for both.");
        else if (obstacle.HeldByWaiters > 0)
            Add($"{obstacle.HeldByWaiters} of the {Lent} lent connections are held by actors that wait for another one, which are nested borrows. Return the first connection before you borrow a second, or use one for both.");
        else if (Place(request.Origin) is { } place && obstacle.Holders.Any(holder => Place(holder.Origin) == place))
            Add($"The place of this request, {place}, holds connections as well. If one of its calls runs inside another, that is a nested borrow, and each waits for the other: use one connection for both.");
        if (obstacle.Hindrance != Hindrance.Lent || !AllLent || kind != PoolErrorKind.Timeout)
            return;
        Add(request.SawReturns
            ? "Connections were returned during the wait and went to earlier requests: the pool is too small for the load, or each use takes too long."
            : "None of them was returned during the wait: look for a connection that is never returned, a slow command, or code that borrows a second connection while it holds one.");
    }

    private static string? Place(LeaseOrigin origin) => origin.Actor is null && origin.File is not null ? origin.ToString() : null;

    private void Add(string sentence) => _text.Append(_text.Length > 0 ? " " : "").Append(sentence);

    private static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.###} s");
}
