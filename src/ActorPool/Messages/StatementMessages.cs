using ActorPool.Messages;
using ActorPool.Statements;
using Akka.Actor;
using Npgsql;

namespace ActorPool;

// Statements as messages to a PoolManager, and the answers. A failure is answered with a Status.Failure: the server's error, or a PoolException.

/// <summary>What the messages that tell the pool a statement have in common.</summary>
public abstract record StatementMessage : IPoolMessage
{
    private protected StatementMessage()
    {
    }

    /// <summary>As <see cref="StatementOptions.Key"/>.</summary>
    /// <exception cref="ArgumentException">The key is a cancellation token, a time span, a task or a request: an argument in the wrong place.</exception>
    public object? Key { get; init => field = KeyRule.Checked(value, nameof(Key)); }

    /// <summary>As <see cref="StatementOptions.Timeout"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The time is not above zero, and not infinite.</exception>
    public TimeSpan? Timeout { get; init => field = SettingRule.PositiveOrInfiniteOrNull(value); }

    /// <summary>As <see cref="StatementOptions.Repeatable"/>.</summary>
    public bool Repeatable { get; init; }

    /// <summary>
    /// Comes back in the answer, so that an actor that tells many statements knows which one was answered; in a failure as
    /// <see cref="Status.Failure.State"/>. A failure sent to another process has no tag. Null: none.
    /// </summary>
    public object? Tag { get; init; }

    /// <summary>It came from another process. A message that was sent there without a sender looks like a local one, else.</summary>
    internal bool IsFromElsewhere { get; init; }

    internal abstract void HandleBy(IPoolMessageHandler manager, TimeSpan now);

    void IPoolMessage.HandleBy(IPoolMessageHandler manager, TimeSpan now) => HandleBy(manager, now);
}

/// <summary>Runs a statement that returns no rows. The answer to the sender is <see cref="Executed"/>.</summary>
/// <param name="Statement">The statement.</param>
public sealed record Execute(Statement Statement) : StatementMessage
{
    /// <summary>The statement.</summary>
    public Statement Statement { get; init => field = SettingRule.Given(value); } = SettingRule.Given(Statement, nameof(Statement));

    internal override void HandleBy(IPoolMessageHandler manager, TimeSpan now) => manager.Handle(this, now);
}

/// <summary>The answer to <see cref="Execute"/>: the statement was carried out.</summary>
/// <param name="Rows">The number of affected rows; -1 where the server gives none.</param>
/// <param name="Tag">The tag of the message.</param>
public sealed record Executed(int Rows, object? Tag) : INoSerializationVerificationNeeded;

/// <summary>
/// Runs several statements as one transaction in one round trip: all of them or none. The answer to the sender is <see cref="AllExecuted"/>.
/// </summary>
/// <param name="Statements">The statements, in their order; at least one.</param>
public sealed record ExecuteAll(IReadOnlyList<Statement> Statements) : StatementMessage
{
    /// <summary>The statements, in their order; at least one.</summary>
    /// <exception cref="ArgumentException">There is none, or one is null.</exception>
    public IReadOnlyList<Statement> Statements { get; init => field = StatementRule.Group(value, nameof(Statements)); } = StatementRule.Group(Statements, nameof(Statements));

    internal override void HandleBy(IPoolMessageHandler manager, TimeSpan now) => manager.Handle(this, now);
}

/// <summary>The answer to <see cref="ExecuteAll"/>: all statements were carried out.</summary>
/// <param name="Rows">The number of affected rows of each statement; -1 where the server gives none.</param>
/// <param name="Tag">The tag of the message.</param>
public sealed record AllExecuted(IReadOnlyList<int> Rows, object? Tag) : INoSerializationVerificationNeeded;

/// <summary>Runs a statement that returns rows. The answer to the sender is <see cref="Rows"/>.</summary>
/// <param name="Statement">The statement.</param>
public sealed record Query(Statement Statement) : StatementMessage
{
    /// <summary>The statement.</summary>
    public Statement Statement { get; init => field = SettingRule.Given(value); } = SettingRule.Given(Statement, nameof(Statement));

    internal override void HandleBy(IPoolMessageHandler manager, TimeSpan now) => manager.Handle(this, now);
}

/// <summary>The answer to <see cref="Query"/>: the rows, read in full.</summary>
/// <param name="Columns">The names of the columns.</param>
/// <param name="Values">The values of each row, in the order of the columns; null for NULL.</param>
/// <param name="Tag">The tag of the message.</param>
public sealed record Rows(IReadOnlyList<string> Columns, IReadOnlyList<object?[]> Values, object? Tag) : INoSerializationVerificationNeeded;

/// <summary>
/// Runs a statement and makes an object of each row. The answer to the sender, which must be local, is <see cref="QueryResult{T}"/>.
/// </summary>
/// <param name="Statement">The statement.</param>
/// <param name="Row">
/// Makes an object of the row on which the reader stands. It runs on the thread that reads from the connection, and other statements wait for it: keep it
/// short and without I/O, and do not keep the reader. When it throws, its exception is the answer.
/// </param>
public sealed record Query<T>(Statement Statement, Func<NpgsqlDataReader, T> Row) : StatementMessage
{
    /// <summary>The statement.</summary>
    public Statement Statement { get; init => field = SettingRule.Given(value); } = SettingRule.Given(Statement, nameof(Statement));

    /// <summary>Makes an object of the row on which the reader stands.</summary>
    /// <exception cref="ArgumentException"><typeparamref name="T"/> is a task or a reader: the row would be read too late.</exception>
    public Func<NpgsqlDataReader, T> Row { get; init => field = RowRule.Checked(value, nameof(Row)); } = RowRule.Checked(Row, nameof(Row));

    internal override void HandleBy(IPoolMessageHandler manager, TimeSpan now) => manager.Handle(this, now);
}

/// <summary>The answer to <see cref="Query{T}"/>.</summary>
/// <param name="Values">An object for each row.</param>
/// <param name="Tag">The tag of the message.</param>
public sealed record QueryResult<T>(IReadOnlyList<T> Values, object? Tag) : INoSerializationVerificationNeeded;

/// <summary>
/// Runs code in a transaction on a lease of its own: BEGIN before it, COMMIT after it, ROLLBACK when it throws. The answer to the sender, which must be
/// local, is <see cref="Transacted{T}"/>.
/// </summary>
/// <param name="Body">Runs on the thread pool, with the lease and a token that is cancelled when the time-out is over.</param>
public sealed record Transact<T>(Func<PooledConnection, CancellationToken, Task<T>> Body) : StatementMessage
{
    /// <summary>Runs on the thread pool, with the lease and a token that is cancelled when the time-out is over.</summary>
    public Func<PooledConnection, CancellationToken, Task<T>> Body { get; init => field = SettingRule.Given(value); } = SettingRule.Given(Body, nameof(Body));

    internal override void HandleBy(IPoolMessageHandler manager, TimeSpan now) => manager.Handle(this, now);
}

/// <summary>The answer to <see cref="Transact{T}"/>: the transaction was committed.</summary>
/// <param name="Value">What the code returned.</param>
/// <param name="Tag">The tag of the message.</param>
public sealed record Transacted<T>(T Value, object? Tag) : INoSerializationVerificationNeeded;
