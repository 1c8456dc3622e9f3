using Akka.Actor;

namespace ActorPool;

/// <summary>
/// Lends nothing more until <see cref="Resume"/>: requests wait, and their time-outs count. A request with a time-out of zero is
/// refused at once. A key in use can still be joined.
/// </summary>
/// <param name="UntilReturned">
/// Answer only when everything that was lent has come back and is rolled back, for a failover. False: answer at once.
/// A <see cref="Resume"/> before that is a failure with an <see cref="InvalidOperationException"/>.
/// </param>
public sealed record Pause(bool UntilReturned = false) : INoSerializationVerificationNeeded;
