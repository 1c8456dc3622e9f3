namespace ActorPool.Tests.Faults;

/// <summary>The moment in a connection's life at which the fault comes.</summary>
public enum WorstMoment
{
    Opening,
    Validating,
    Idle,
    Lent,
    Resetting,
    Closing,
}
