namespace ActorPool.Mutations;

internal static partial class Catalogue
{
    private static Mutation[] Waiting =>
    [
        new("a new request takes a connection before the waiting ones", "PoolState.Borrow.cs",
            "_waiting.Demand == 0 && IsLending", "IsLending"),
        new("the youngest waiting request is served first", "Waiting/WaitQueue.cs",
            "if (late is null)\n                return _list.First;", "if (late is null)\n                return _list.Last;"),
        new("a latecomer with an older rank stands at the end", "Waiting/WaitingRequests.Turns.cs",
            "_queue.AddLate(next);", "_queue.Add(next);"),
        new("the deadline of a request is forgotten", "Waiting/WaitingRequests.cs",
            "        _deadlines.Add(waiter);\n", ""),
        new("the pool is not woken for a deadline", "PoolState.Borrow.cs",
            "_alarm.By(_waiting.Add(waiter, timeout));", "_waiting.Add(waiter, timeout);"),
        new("one request more waits than max-waiting", "PoolState.Borrow.cs",
            "_waiting.Count >= _policy.MaxWaiting", "_waiting.Count > _policy.MaxWaiting"),
        new("parked requests do not count as waiting", "Waiting/WaitingRequests.cs",
            "public int Count => Requests + Statements;", "public int Count => Requests + Statements - _parked;"),
        new("a request that was given up gets a connection", "PoolState.Borrow.cs",
            "if (!waiter.TryClaim())", "if (!waiter.TryClaim() && waiter.State == WaiterState.Done)"),
        new("a cancelled request stays in the queue", "PoolState.Borrow.cs",
            "        EndGivenUp(waiter);\n        JoinBehind(waiter);", "        _tally.Counts.Cancelled++;"),
        new("requests that do not wait are left when the last connection is lent", "PoolState.Borrow.cs",
            "            JoinWaiting(slot, key);\n        RefuseNoWait();", "            JoinWaiting(slot, key);"),
        new("requests that do not wait are left when their session is lost in a smaller pool", "PoolState.Initialize.cs",
            "        RefuseNoWait();\n", ""),
        new("requests that do not wait never give up a stuck open", "Waiting/WaitingRequests.cs",
            "waiter.IsNoWait ? policy.ConnectTimeout : timeout", "waiter.IsNoWait ? TimeSpan.FromDays(1) : timeout"),
    ];
}
