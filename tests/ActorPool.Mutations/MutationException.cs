namespace ActorPool.Mutations;

/// <summary>The check itself cannot be made; its message says why.</summary>
internal sealed class MutationException(string message) : Exception(message);
