using System.Collections.Concurrent;
using System.Linq.Expressions;
using System.Reflection;
using Akka.Actor;

namespace ActorPool.Actors;

/// <summary>
/// The task behind the temporary actor of an Ask. Akka answers a late reply to an Ask with silence; the task tells whether
/// a reply was taken. Read through a name that is not public: where it has moved, nothing is known and nothing breaks.
/// </summary>
internal static class AskPromise
{
    private static readonly ConcurrentDictionary<Type, Func<IActorRef, Task?>?> Readers = new();

    /// <summary>The promise of an asker; null when the reference is no Ask, or cannot be read.</summary>
    public static Task? Of(IActorRef asker) => Readers.GetOrAdd(asker.GetType(), static type => ReaderOf(type))?.Invoke(asker);

    private static Func<IActorRef, Task?>? ReaderOf(Type type)
    {
        if (!type.IsGenericType || type.GetGenericTypeDefinition() != typeof(FutureActorRef<>))
            return null;
        var field = type.GetField("_result", BindingFlags.Instance | BindingFlags.NonPublic);
        var task = field?.FieldType.GetProperty("Task");
        if (field is null || task is null || !typeof(Task).IsAssignableFrom(task.PropertyType))
            return null;
        var asker = Expression.Parameter(typeof(IActorRef), "asker");
        var read = Expression.Property(Expression.Field(Expression.Convert(asker, type), field), task);
        return Expression.Lambda<Func<IActorRef, Task?>>(read, asker).Compile();
    }
}
