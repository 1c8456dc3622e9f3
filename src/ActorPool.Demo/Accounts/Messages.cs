using Akka.Actor;

namespace ActorPool.Demo.Accounts;

/// <summary>To the bank: let the accounts begin.</summary>
internal sealed record OpenBank;

/// <summary>To the bank: no more transfers. Answered with <see cref="BankClosed"/> when the last one has ended.</summary>
internal sealed record CloseBank;

/// <summary>From the bank: no transfer is in flight.</summary>
internal sealed record BankClosed;

/// <summary>To an account: make one transfer and report its end to the bank.</summary>
internal sealed record MakeTransfer;

/// <summary>From an account: the transfer is done.</summary>
internal sealed record TransferMade;

/// <summary>From an account: its balance is too small, so it has not borrowed a connection.</summary>
internal sealed record TransferDeclined;

/// <summary>From an account: the transfer failed, which must not happen.</summary>
internal sealed record TransferFailed(string Reason);

/// <summary>To the bank: start the holder, which answers with <see cref="Holding"/>.</summary>
internal sealed record SendHolder;

/// <summary>From the holder: it is in a transaction and has taken money out of the vault in it.</summary>
internal sealed record Holding(IActorRef Holder, int Pid, long VaultInside);
