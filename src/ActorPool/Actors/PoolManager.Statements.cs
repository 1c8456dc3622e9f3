using ActorPool.Messages;

namespace ActorPool;

// Statements told to the pool.
public sealed partial class PoolManager
{
    void IPoolMessageHandler.Handle(Execute execute, TimeSpan now) => ToSender.Refuse(new NotSupportedException());

    void IPoolMessageHandler.Handle(ExecuteAll execute, TimeSpan now) => ToSender.Refuse(new NotSupportedException());

    void IPoolMessageHandler.Handle(Query query, TimeSpan now) => ToSender.Refuse(new NotSupportedException());

    void IPoolMessageHandler.Handle<T>(Query<T> query, TimeSpan now) => ToSender.Refuse(new NotSupportedException());

    void IPoolMessageHandler.Handle<T>(Transact<T> transact, TimeSpan now) => ToSender.Refuse(new NotSupportedException());
}
