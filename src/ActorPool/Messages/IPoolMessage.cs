using Akka.Actor;

namespace ActorPool.Messages;

/// <summary>A message of a user to the pool manager. It must be answered, also by a manager that ends or crashes.</summary>
internal interface IPoolMessage : INoSerializationVerificationNeeded
{
    void HandleBy(IPoolMessageHandler manager, TimeSpan now);
}

/// <summary>A command or question of an operator: refused unless the pool runs.</summary>
internal interface IControlMessage : IPoolMessage;

/// <summary>The pool manager, as its messages see it: one handler for each.</summary>
internal interface IPoolMessageHandler
{
    void Handle(GetConn get, TimeSpan now);

    void Handle(PutConn put, TimeSpan now);

    void Handle(CloseAll closeAll, TimeSpan now);

    void Handle(GetStatistics get, TimeSpan now);

    void Handle(GetLeases get, TimeSpan now);

    void Handle(Resize resize, TimeSpan now);

    void Handle(Drain drain, TimeSpan now);

    void Handle(Pause pause, TimeSpan now);

    void Handle(Resume resume, TimeSpan now);

    void Handle(Execute execute, TimeSpan now);

    void Handle(ExecuteAll execute, TimeSpan now);

    void Handle(Query query, TimeSpan now);

    void Handle<T>(Query<T> query, TimeSpan now);

    void Handle<T>(Transact<T> transact, TimeSpan now);
}
