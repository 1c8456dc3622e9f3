namespace ActorPool.Tests.Faults;

/// <summary>What a connection is at when the fault comes.</summary>
public enum WorstMoment
{
    Opening,
    Validating,
    Idle,
    Lent,
    Resetting,
    Closing,
}
