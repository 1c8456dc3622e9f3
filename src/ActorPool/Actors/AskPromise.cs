using System.Collections.Concurrent;
using System.Linq.Expressions;
using System.Reflection;
using Akka.Actor;

namespace ActorPool.Actors;

/// <summary>
/// The task behind the temporary actor of an Ask. Akka drops a late reply to an Ask silently; the task shows whether a reply arrived.
/// It is read from a private field. If a version of Akka has moved the field, the pool works without it.
/// </summary>
internal static class AskPromise
{
    private static readonly ConcurrentDictionary<Type, Func<IActorRef, Task?>?> Readers = new();

    /// <summary>The task of an Ask; null when the reference is no Ask, or cannot be read.</summary>
    public static Task? Of(IActorRef sender) => Readers.GetOrAdd(sender.GetType(), static type => ReaderOf(type))?.Invoke(sender);

    private static Func<IActorRef, Task?>? ReaderOf(Type type)
    {
        if (!type.IsGenericType || type.GetGenericTypeDefinition() != typeof(FutureActorRef<>))
            return null;
        var field = type.GetField("_result", BindingFlags.Instance | BindingFlags.NonPublic);
        var task = field?.FieldType.GetProperty("Task");
        if (field is null || task is null || !typeof(Task).IsAssignableFrom(task.PropertyType))
            return null;
        var sender = Expression.Parameter(typeof(IActorRef), "sender");
        var read = Expression.Property(Expression.Field(Expression.Convert(sender, type), field), task);
        return Expression.Lambda<Func<IActorRef, Task?>>(read, sender).Compile();
    }
}
