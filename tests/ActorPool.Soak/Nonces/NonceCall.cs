namespace ActorPool.Soak.Nonces;

/// <summary>One statement of a caller, and how its caller lets it end.</summary>
/// <param name="Nonce">Unique in the run.</param>
/// <param name="Options">A key, a short time-out, or neither.</param>
/// <param name="Cancellation">Cancelled at a random moment, or never.</param>
internal readonly record struct NonceCall(long Nonce, StatementOptions Options, CancellationToken Cancellation)
{
    public bool IsHasty => Options.Timeout is not null;

    public bool MayBeCancelled => Cancellation.CanBeCanceled;
}
