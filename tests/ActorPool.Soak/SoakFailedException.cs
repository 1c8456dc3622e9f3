namespace ActorPool.Soak;

/// <summary>A promise was broken.</summary>
public sealed class SoakFailedException(string what) : Exception(what);
