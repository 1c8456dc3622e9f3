using ActorPool.Errors;
using ActorPool.Tests.Core.Support;

namespace ActorPool.Tests.Actors.Modelled;

/// <summary>One request to the real pool, with the same request in the model.</summary>
internal abstract class Request(TestWaiter model)
{
    public TestWaiter Model { get; } = model;

    /// <summary>The answer; null while the request waits.</summary>
    public PooledConnection? Lease { get; private set; }

    public Exception? Error { get; private set; }

    public bool IsAnswered => Lease is not null || Error is not null;

    /// <summary>The sender has stopped and will not read the answer.</summary>
    public bool IsOver { get; set; }

    /// <summary>The error that the shell gives without the core.</summary>
    public PoolErrorKind? Refused { get; set; }

    /// <summary>The model has an answer for it.</summary>
    public bool IsDecided => Refused is not null || Model.Answer is not null;

    /// <summary>The caller cancels.</summary>
    public virtual void Cancel() => throw new NotSupportedException();

    /// <summary>Takes the answer, if there is one.</summary>
    public abstract void Read();

    /// <summary>Whether the model has the same answer.</summary>
    public bool Fits(object? answer) => answer switch
    {
        PooledConnection lease => Refused is null && Model.Answer is EffectKind.Grant or EffectKind.Join
            && lease.Place.Slot.Index == Model.Slot!.Index && lease.LeaseId == Model.Lease && Equals(lease.LentKey, Model.Key),
        PoolException error => Refused is { } kind
            ? error.Kind == kind
            : Model.Answer == EffectKind.Refuse && Model.Error is { } model && error.Kind == PoolErrorKinds.Of(model) && (Model.Cause is null || error.InnerException == Model.Cause),
        _ => false,
    };

    public override string ToString() => $"{GetType().Name} {Model.Name} ({Lease?.ToString() ?? Error?.ToString() ?? "no answer"})";

    protected void Answer(object? answer) => (Lease, Error) = (answer as PooledConnection, answer as Exception);
}
