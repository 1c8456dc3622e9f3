using System.Diagnostics.CodeAnalysis;
using ActorPool.Core.Model;
using ActorPool.Errors;
using Akka.Actor;

namespace ActorPool.Actors;

/// <summary>
/// A <see cref="GetConn"/> or <see cref="PutConn"/> sent to the manager itself, with a key whose <c>Equals</c> is the user's: that code
/// runs on the thread pool, and the message comes back with what it found.
/// </summary>
/// <remarks>Made and ended by the manager. Of one sender it holds back what came later, so that the sender's messages keep their order.</remarks>
internal sealed class KeyLookup(object message, IActorRef sender, PoolContext cell, TimeSpan since) : IPoolRequest, IThreadPoolWorkItem
{
    public object Message { get; } = message;

    public IActorRef Sender { get; } = sender;

    /// <summary>When the message came.</summary>
    public TimeSpan Since { get; } = since;

    /// <summary>The key of a <see cref="GetConn"/>.</summary>
    public KeyEntry? Entry { get; private set; }

    /// <summary>Whether the key of a <see cref="PutConn"/> is that of its lease.</summary>
    public bool FitsKey { get; private set; }

    /// <summary>What the key threw.</summary>
    public Exception? Error { get; private set; }

    /// <summary>The message was decided, or refused before its key was found.</summary>
    public bool IsOver { get; set; }

    /// <summary>What the sender sent after it, oldest first.</summary>
    public Queue<object> Behind { get; init; } = [];

    [SuppressMessage("Design", "CA1031", Justification = "What the user's key throws goes to its sender.")]
    void IThreadPoolWorkItem.Execute()
    {
        try
        {
            if (Message is PutConn put)
                FitsKey = put.Key!.Equals(put.Connection.LentKey);
            else
                Entry = cell.Keys.Use(((GetConn)Message).Key!);
        }
        catch (Exception error)
        {
            Error = error;
        }

        if (!cell.Ended)
            cell.Manager.Tell(this, Sender);
    }

    /// <summary>Refuses the message, unless it was decided, and what is behind it.</summary>
    public void Fail(PoolFailure failure)
    {
        if (!IsOver)
            Refuse(failure);
        IsOver = true;
        while (Behind.TryDequeue(out _))
            Refuse(failure);
    }

    [SuppressMessage("Design", "CA1031", Justification = "A failure to answer one sender must not keep the others from theirs.")]
    private void Refuse(PoolFailure failure)
    {
        try
        {
            Sender.Tell(new Status.Failure(failure.ToException()), cell.Manager);
        }
        catch (Exception)
        {
            // It may be the one in whose answer the manager crashed.
        }
    }
}

/// <summary>The manager comes to the next message behind a lookup.</summary>
internal sealed class NextBehind(KeyLookup lookup) : INoSerializationVerificationNeeded
{
    public KeyLookup Lookup { get; } = lookup;

    /// <summary>The message, once the manager handles it.</summary>
    public object? Message { get; set; }
}

/// <summary>The lookup takes longer than its request may wait.</summary>
internal sealed record LookupLate(KeyLookup Lookup) : INoSerializationVerificationNeeded;
