using Akka.Actor;

namespace ActorPool;

/// <summary>
/// Gives the pool other limits: <see cref="Resized"/>, or a failure with an <see cref="ArgumentException"/>. Idle connections beyond the
/// new maximum are closed at once, borrowed ones on return; those who wait go on waiting, but for requests that do not wait for others.
/// </summary>
/// <param name="MinConnections">As <c>min-connections</c>: at least 0.</param>
/// <param name="MaxConnections">As <c>max-connections</c>: at least 1 and <paramref name="MinConnections"/>.</param>
public sealed record Resize(int MinConnections, int MaxConnections) : INoSerializationVerificationNeeded
{
    internal ArgumentException? Problem =>
        MinConnections < 0 ? new ArgumentOutOfRangeException(nameof(MinConnections), MinConnections, "min-connections must be at least 0.")
        : MaxConnections < 1 ? new ArgumentOutOfRangeException(nameof(MaxConnections), MaxConnections, "max-connections must be at least 1.")
        : MinConnections > MaxConnections ? new ArgumentException($"min-connections ({MinConnections}) must not be above max-connections ({MaxConnections}).")
        : null;
}
