namespace ActorPool.Soak.Nonces;

/// <summary>A statement that must fail has failed with its own error.</summary>
internal sealed class OwnErrorException : Exception;
