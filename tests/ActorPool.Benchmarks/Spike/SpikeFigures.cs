namespace ActorPool.Benchmarks.Spike;

/// <summary>The figures of one pool in one start.</summary>
/// <param name="Served">From the start of the actors and the pool until the last one had its answer or its error.</param>
/// <param name="Backends">The peak at the server.</param>
/// <param name="Errors">Actors that got an error.</param>
/// <param name="FirstError">The text of the first error.</param>
internal sealed record SpikeFigures(TimeSpan Served, int Backends, int Errors, string? FirstError);
