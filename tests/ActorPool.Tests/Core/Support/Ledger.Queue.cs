namespace ActorPool.Tests.Core.Support;

// The order of arrival: requests and statements together.
internal sealed partial class Ledger
{
    private long _arrivals;

    /// <summary>Connections that would satisfy all that wait, at most: one for each key, one for each request without; for statements as many as they may use.</summary>
    public int Demand => DemandOfRequests + Math.Min(FreeForStatements, KeyHeads.Count(head => head.Pace != Pace.Slow) + Batchfuls + Math.Min(SlowHeads, SlowFree) + Math.Min(SlowInLanes, SlowFree));

    /// <summary>As <see cref="Demand"/>, at least: slow statements with and without a key share the connections for them.</summary>
    public int SureDemand => DemandOfRequests + Math.Max(0, Math.Min(FreeForStatements, KeyHeads.Count(head => head.Pace != Pace.Slow) + Batchfuls + Math.Min(SlowHeads + SlowInLanes, SlowFree)));

    private int DemandOfRequests => Queued.Count(waiter => waiter.Key is null)
        + Queued.Where(waiter => waiter.Key is not null).Select(waiter => waiter.Key).Distinct().Count();

    private int FreeForStatements => Math.Max(0, StatementConnections - Running - Prepared(_ => true));

    private int SlowFree => Math.Max(0, SlowConnections - Slots.Count(slot => slot.Batch is { IsSlow: true }) - Prepared(statement => statement.Pace == Pace.Slow));

    private int Batchfuls => (Told.Count(statement => statement is { Key: null, Pace: not Pace.Slow }) + 7) / 8;

    private int SlowHeads => KeyHeads.Count(head => head.Pace == Pace.Slow);

    private int SlowInLanes => Told.Count(statement => statement is { Key: null, Pace: Pace.Slow });

    /// <summary>Of each key that is free, the oldest arrival if it is a statement.</summary>
    private IEnumerable<TestStatement> KeyHeads =>
        Told.Where(statement => statement.Key is not null && !IsBusy(statement.Key) && !IsPrepared(statement.Key) && !OlderOf(statement).Any());

    /// <summary>What a connection that becomes free may serve, oldest first.</summary>
    public IEnumerable<IArrival> Heads() => Queued.Concat(StatementHeads()).OrderBy(head => head.Number);

    /// <summary>Requests and statements for the same key that came before it and still wait.</summary>
    public IEnumerable<IArrival> OlderOf(IArrival one) =>
        one.Key is null ? [] : Waiting.Concat<IArrival>(Told).Where(other => other.Number < one.Number && Equals(other.Key, one.Key) && !(other is { Gone: true } and Waiter { State: WaiterState.Done }));

    private IEnumerable<IArrival> StatementHeads()
    {
        if (FreeForStatements <= 0)
            return [];
        var lane = Told.Where(statement => statement.Key is null && !statement.Gone && (SlowFree > 0 || PaceOf(statement) != Pace.Slow)).Take(1);
        return KeyHeads.Where(head => SlowFree > 0 || PaceOf(head) != Pace.Slow).Concat(lane);
    }

    /// <summary>How many sessions are initialized for keys whose oldest request is a statement.</summary>
    private int Prepared(Func<TestStatement, bool> which) =>
        Told.Count(statement => IsPrepared(statement.Key) && !OlderOf(statement).Any() && which(statement));
}
