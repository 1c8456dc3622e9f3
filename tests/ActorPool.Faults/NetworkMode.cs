namespace ActorPool.Faults;

/// <summary>How the way between client and server behaves.</summary>
public enum NetworkMode
{
    /// <summary>As it should.</summary>
    Pass,

    /// <summary>Nobody listens: new connections are refused; those that are there go on.</summary>
    Refuse,

    /// <summary>Connections are accepted, and nothing comes through in either direction, not even an end.</summary>
    Blackhole,

    /// <summary>Everything comes through, each piece after <see cref="FaultProxy.Delay"/>.</summary>
    Delay,

    /// <summary>The next piece is cut in its middle, and both ends get a reset.</summary>
    Cut,

    /// <summary>The client gets the end of the stream at once; what it sends still arrives.</summary>
    HalfClose,

    /// <summary>What the server sends is read slowly, a few bytes at a time.</summary>
    SlowReader,
}
