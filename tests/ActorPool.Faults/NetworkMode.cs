namespace ActorPool.Faults;

/// <summary>The behaviour of the network between client and server.</summary>
public enum NetworkMode
{
    /// <summary>Everything passes at once.</summary>
    Pass,

    /// <summary>New connections are refused; present ones go on.</summary>
    Refuse,

    /// <summary>Connections are accepted, and nothing passes in either direction, not even an end.</summary>
    Blackhole,

    /// <summary>Everything passes, each piece after <see cref="FaultProxy.Delay"/>.</summary>
    Delay,

    /// <summary>The next piece is cut in its middle, and both ends get a reset.</summary>
    Cut,

    /// <summary>The client gets the end of the stream at once; its own data still arrives.</summary>
    HalfClose,

    /// <summary>Data of the server is read slowly, a few bytes at a time.</summary>
    SlowReader,
}
