using Akka.Actor;

namespace ActorPool.Remoting;

/// <summary>An answer that was written to find its size. It is sent as it is, so that it is written once.</summary>
/// <param name="Manifest">Which message it is.</param>
/// <param name="Bytes">The message.</param>
internal sealed record WrittenAnswer(string Manifest, byte[] Bytes) : INoSerializationVerificationNeeded;
