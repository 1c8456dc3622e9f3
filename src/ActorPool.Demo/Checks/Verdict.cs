using ActorPool.Demo.Server;
using ActorPool.Demo.Sessions;

namespace ActorPool.Demo.Checks;

/// <summary>The conditions that must hold at the end of a run, decided by the observations alone.</summary>
internal sealed class Verdict
{
    private readonly Findings _found;

    public Verdict(Findings found)
    {
        _found = found;
        Checks =
        [
            Sum(), Sums(), Ledger(), NoFailure(), RoundTrips(), Died(), Gone(), Undone(), SessionsWhole(), SessionsKept(), NoTransaction(), Backends(), NoneLeft(),
        ];
    }

    public IReadOnlyList<Check> Checks { get; }

    public bool Holds => Checks.All(check => check.Holds);

    /// <summary>All in one sentence.</summary>
    public string Sentence => Holds
        ? $"All checks passed: {_found.Bank.Made:N0} transfers through {DemoRun.PoolSize} connections, {_found.Pool.StatementsRun:N0} statements in {_found.Pool.Batches:N0} round trips, and nothing was lost."
        : $"{Checks.Count(check => !check.Holds)} of {Checks.Count} checks failed.";

    private Check Sum() => new(
        _found.Audit.ClosingSum == _found.Audit.OpeningSum,
        $"The sum of all balances is unchanged: {_found.Audit.OpeningSum:N0} at the start, {_found.Audit.ClosingSum:N0} at the end.");

    private Check Sums() => new(
        _found.Bank is { Sums: > 0, WrongSums: 0 },
        $"All balances added up to it at every moment: {_found.Bank.Sums:N0} sums were read while money was moved, "
        + $"{_found.Bank.WrongSums:N0} of them wrong{Because(_found.Bank.FirstWrongSum)}.");

    private Check Ledger() => new(
        _found.Bank.Made > 0 && _found.Audit.Transfers == _found.Bank.Made && _found.Audit.Unexplained == 0,
        $"The ledger has every transfer that was reported and explains every balance: {_found.Bank.Made:N0} reported, "
        + $"{_found.Audit.Transfers:N0} in the ledger, {_found.Audit.Unexplained:N0} balances unexplained.");

    private Check NoFailure() => new(
        _found.Bank.Failed == 0,
        $"No transfer failed: {_found.Bank.Failed:N0} did{Because(_found.Bank.FirstFailure)}.");

    // Each transfer has read a balance.
    private Check RoundTrips() => new(
        _found.Pool.StatementsRun >= _found.Bank.Made + _found.Bank.Sums && _found.Pool.StatementsUnknown == 0 && _found.Pool.Batches > 0,
        $"Every statement told to the pool was answered: {_found.Pool.StatementsRun:N0} statements in {_found.Pool.Batches:N0} round trips, "
        + $"{(double)_found.Pool.StatementsRun / Math.Max(1, _found.Pool.Batches):0.0} in each.");

    private Check Died() => new(
        _found.Holder.DiedInsideTransaction,
        $"The holder died inside its transaction: the server had backend {_found.Holder.Pid} '{_found.Holder.StateBefore ?? "unknown"}', "
        + $"with the vault at {_found.Holder.VaultInside:N0} in it.");

    private Check Gone() => new(
        _found.Holder.GoneAfter is not null,
        _found.Holder.GoneAfter is { } after
            ? $"Its backend was gone {after.TotalMilliseconds:0} ms later."
            : "Its backend was gone afterwards: no, or it was never seen.");

    private Check Undone() => new(
        _found.Audit.Vault == DemoSchema.VaultBalance,
        $"Its change was rolled back: the vault had {DemoSchema.VaultBalance:N0} before, and has {_found.Audit.Vault:N0} now.");

    private Check SessionsWhole() => new(
        _found.Sessions.Failed == 0,
        $"Every keyed session was as IsNewSession said: {_found.Sessions.Kept:N0} kept with all rows, {_found.Sessions.Anew:N0} new and empty, "
        + $"{_found.Sessions.Failed:N0} wrong{Because(_found.Sessions.FirstFailure)}.");

    private Check SessionsKept() => new(
        _found.KeptAlone == KeyedSessions.Users,
        $"With connections to spare every user found the temporary table again: {_found.KeptAlone} of {KeyedSessions.Users}.");

    private Check NoTransaction() => new(
        _found.OpenTransactions == 0,
        $"No transaction was left open: {_found.OpenTransactions} at the server when the work was done.");

    // Without samples the check fails.
    private Check Backends() => new(
        _found.Sampling is { Error: null, Highest: > 0 and <= DemoRun.PoolSize },
        $"Never more than {DemoRun.PoolSize} backends: at most {_found.Sampling.Highest} in {_found.Sampling.Count:N0} samples, "
        + $"the longest time between two {_found.Sampling.LongestGap.TotalMilliseconds:0} ms{Because(_found.Sampling.Error)}.");

    private Check NoneLeft() => new(
        _found.BackendsLeft == 0,
        $"The pool's end left no backend behind: {_found.BackendsLeft} at the server.");

    private static string Because(string? reason) => reason is null ? "" : $" ({reason.TrimEnd('.')})";
}
