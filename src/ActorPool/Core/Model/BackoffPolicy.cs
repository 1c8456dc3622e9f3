namespace ActorPool.Core.Model;

/// <summary>The pause between failed opens.</summary>
internal sealed record BackoffPolicy(TimeSpan Min, TimeSpan Max, double Jitter);
