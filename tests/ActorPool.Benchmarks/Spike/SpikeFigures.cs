namespace ActorPool.Benchmarks.Spike;

/// <summary>How one pool came through one start.</summary>
/// <param name="Served">From the start of the actors and the pool until the last one had its answer or its error.</param>
/// <param name="Backends">The most that were at the server at once.</param>
/// <param name="Errors">Actors that got an error.</param>
/// <param name="FirstError">What the first of them was told.</param>
internal sealed record SpikeFigures(TimeSpan Served, int Backends, int Errors, string? FirstError);
