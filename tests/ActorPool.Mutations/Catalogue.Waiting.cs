namespace ActorPool.Mutations;

internal static partial class Catalogue
{
    private static Mutation[] Waiting =>
    [
        new("a newcomer takes a connection before those who wait", "PoolState.Requests.cs",
            "if (!mustWaitForKey && _queue.Count == 0 && Phase", "if (!mustWaitForKey && Phase"),
        new("the last to come is served first", "WaitQueue.cs",
            "if (late is null)\n                return _list.First;", "if (late is null)\n                return _list.Last;"),
        new("a latecomer with an older rank stands at the end", "PoolState.Requests.cs",
            "_queue.AddLate(next);", "_queue.Add(next);"),
        new("the deadline of a request is forgotten", "PoolState.Requests.cs",
            "_deadlines.Add(waiter);\n", "\n"),
        new("nobody wakes the pool for a deadline", "PoolState.Requests.cs",
            "WakeBy(DeadlineWheel.LookAt(waiter.Deadline));", ""),
        new("one more waits than max-waiting", "PoolState.Requests.cs",
            "else if (Waiting >= _settings.MaxWaiting)", "else if (Waiting > _settings.MaxWaiting)"),
        new("parked requests do not count as waiting", "PoolState.cs",
            "private int Waiting => _queue.Count + _parked + _preparing;", "private int Waiting => _queue.Count + _preparing;"),
        new("a request whose asker has gone gets a connection", "PoolState.Leases.cs",
            "    {\n        if (!waiter.TryClaim())\n        {", "    {\n        if (!waiter.TryClaim() && waiter.State == WaiterState.Done)\n        {"),
        new("a cancelled request stays in the queue", "PoolState.Requests.cs",
            "        Leave(waiter);\n        _counts.Cancelled++;\n        UnwatchIfDone(waiter.Borrower);\n        Serve(now);", "        _counts.Cancelled++;\n        Serve(now);"),
        new("those who do not wait are left waiting when the last connection is lent", "PoolState.Leases.cs",
            "            JoinWaiting(slot, entry);\n        RefuseImpatient();", "            JoinWaiting(slot, entry);"),
        new("those who do not wait are left waiting when their session was being made ready and the pool is smaller now", "PoolState.Preparing.cs",
            "        RefuseImpatient();\n", ""),
        new("those who do not wait never give up an open that is stuck", "PoolState.Requests.cs",
            "var patience = waiter.Impatience is null ? timeout : _settings.ConnectTimeout;", "var patience = waiter.Impatience is null ? timeout : TimeSpan.FromDays(1);"),
    ];
}
