using ActorPool.Core.Model;
using ActorPool.Errors;
using ActorPool.Messages;
using Akka.Actor;

namespace ActorPool.Actors;

/// <summary>
/// A <see cref="GetConn"/>, <see cref="PutConn"/> or <see cref="StatementMessage"/> sent to the manager itself, with a key whose <c>Equals</c> is the user's: that code
/// runs on the thread pool, and the lookup is sent back to the manager with the result.
/// </summary>
/// <remarks>Begun and ended by <see cref="KeyLookups"/>.</remarks>
internal sealed class KeyLookup(IPoolMessage message, IActorRef sender, PoolContext pool, TimeSpan since) : IPoolRequest, IThreadPoolWorkItem
{
    public IPoolMessage Message { get; } = message;

    public IActorRef Sender { get; } = sender;

    /// <summary>Makes the request of a <see cref="StatementMessage"/>, once its key is found.</summary>
    public Func<KeyEntry, ToldStatement>? Statement { get; init; }

    /// <summary>When the message came.</summary>
    public TimeSpan Since { get; } = since;

    /// <summary>The key of a <see cref="GetConn"/> or of a statement.</summary>
    public KeyEntry? Entry { get; private set; }

    /// <summary>Whether the key of a <see cref="PutConn"/> is that of its lease.</summary>
    public bool FitsKey { get; private set; }

    /// <summary>The exception of the key.</summary>
    public Exception? Error { get; private set; }

    /// <summary>The message was decided, or refused before its key was found.</summary>
    public bool IsOver { get; set; }

    /// <summary>Later messages of the sender, oldest first.</summary>
    public Queue<object> Behind { get; init; } = [];

    // The exception of the user's key is the answer to its sender.
    void IThreadPoolWorkItem.Execute()
    {
        try
        {
            if (Message is PutConn put)
                FitsKey = put.Key!.Equals(put.Connection.LentKey);
            else
                Entry = pool.Keys.Use((Message is StatementMessage told ? told.Key : ((GetConn)Message).Key)!);
        }
        catch (Exception error)
        {
            Error = error;
        }

        if (!pool.Ended)
            pool.Manager.Tell(this, Sender);
    }

    /// <summary>Refuses the message, unless it was decided, and those behind it.</summary>
    public void Fail(PoolFailure failure)
    {
        if (!IsOver)
            Refuse(Message, failure);
        IsOver = true;
        while (Behind.TryDequeue(out var message))
            Refuse(message, failure);
    }

    // The other senders must get their answers even if one of them throws.
    private void Refuse(object message, PoolFailure failure)
    {
        try
        {
            Sender.Tell(ReplyTo.FailureOf(message, failure.ToException()), pool.Manager);
        }
        catch (Exception)
        {
            // The answer to this sender may be the one in which the manager crashed.
        }
    }
}

/// <summary>The next message behind a lookup is due.</summary>
internal sealed class NextBehind(KeyLookup lookup) : INoSerializationVerificationNeeded
{
    public KeyLookup Lookup { get; } = lookup;

    /// <summary>The message, once the manager handles it.</summary>
    public object? Message { get; set; }
}

/// <summary>The lookup takes longer than its request may wait.</summary>
internal sealed record LookupLate(KeyLookup Lookup) : INoSerializationVerificationNeeded;
