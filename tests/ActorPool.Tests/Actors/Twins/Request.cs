using ActorPool.Errors;
using ActorPool.Tests.Core.Support;

namespace ActorPool.Tests.Actors.Twins;

/// <summary>One request to the real pool, with its twin in the model.</summary>
internal abstract class Request(TestWaiter model)
{
    public TestWaiter Model { get; } = model;

    /// <summary>What it was answered; null while it waits.</summary>
    public PooledConnection? Lease { get; private set; }

    public Exception? Error { get; private set; }

    public bool IsAnswered => Lease is not null || Error is not null;

    /// <summary>Nobody will read the answer: its asker has gone.</summary>
    public bool IsOver { get; set; }

    /// <summary>The error it must get by what the shell decides without the core.</summary>
    public PoolErrorKind? Refused { get; set; }

    /// <summary>The model has an answer for it.</summary>
    public bool IsDecided => Refused is not null || Model.Answer is not null;

    /// <summary>Its caller gives up.</summary>
    public virtual void Cancel() => throw new NotSupportedException();

    /// <summary>Takes the answer, once it is there.</summary>
    public abstract void Read();

    /// <summary>Whether this is the answer that the model has for it.</summary>
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
