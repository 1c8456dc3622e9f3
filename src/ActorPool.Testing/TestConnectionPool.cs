using System.Data.Common;
using System.Runtime.CompilerServices;
using ActorPool.Actors;
using ActorPool.Errors;
using ActorPool.Leases;
using ActorPool.Messages;
using ActorPool.Testing.Pool;
using Akka.Actor;

namespace ActorPool.Testing;

#pragma warning disable RS0026 // The overloads are those of IConnectionPool.

/// <summary>
/// A pool for unit tests: no server and no actor system. It lends connections that your own function makes: to SQLite in memory, or fakes.
/// </summary>
/// <remarks>
/// <para>It takes its decisions with the core of the real pool: keys, <see cref="PooledConnection.IsNewSession"/>, shared and exclusive
/// leases, refused returns and the texts of errors are the same. It may be called from any thread. The pool has no maximum: a request waits
/// only for a key that another request has exclusively, or for the end of a <see cref="Pause"/>, for 15 seconds at most.</para>
/// <para>A returned connection is lent again, and each key has a connection of its own. Data that all borrowers must see needs one database:
/// let the function return one open connection each time, or connections to one shared in-memory database.</para>
/// <para>A transaction that was begun on a lease and left open is rolled back on return. The pool does not know a transaction that a statement
/// began. It sends no SQL of its own: temp tables and settings stay, and the hooks of <see cref="PoolSettings"/> do not run.</para>
/// <para>There is no log: leases that were not returned are in <see cref="Lent"/>. So is a lease that was sent to an actor which does not
/// handle it.</para>
/// </remarks>
public sealed class TestConnectionPool : IConnectionPool, ILendingPool
{
    private readonly TestPool _pool;

    /// <summary>Makes a pool, which is open at once and opens no connection yet.</summary>
    /// <param name="open">
    /// Makes a connection when a request needs one. The pool opens a closed one, and closes it in the end. An open one is yours: the pool never
    /// closes it. The function may return the same object each time. It must not call the pool. If it throws or returns null, the request is
    /// refused as <see cref="PoolErrorKind.ConnectFailed"/>, with the error inside.
    /// </param>
    public TestConnectionPool(Func<DbConnection> open)
    {
        ArgumentNullException.ThrowIfNull(open);
        _pool = new TestPool(open);
    }

    /// <summary>
    /// The leases that were not returned, the oldest first: those in use, and those that were in use when the pool was closed. The text of each
    /// has its key and the place that borrowed it, so a failed <c>Assert.Empty(pool.Lent)</c> names them.
    /// </summary>
    /// <remarks>A lease that ended with its actor is not among them: the pool has taken it back.</remarks>
    public IReadOnlyList<PooledConnection> Lent => _pool.Lent;

    /// <summary>Leases given since the start. A request that joins the lease of its key is not counted again.</summary>
    public int Granted => (int)_pool.Statistics.Granted;

    /// <summary>
    /// While this is set, each request, by a call or by a message, is refused with it: to test how your code handles a refusal. Default: null.
    /// </summary>
    public PoolException? Refuse
    {
        get => _pool.Refuse;
        set => _pool.Refuse = value;
    }

    /// <inheritdoc/>
    public PoolStatistics Statistics => _pool.Statistics;

    PoolSettings ILendingPool.Settings => _pool.Settings;

    DbProviderFactory ILendingPool.Driver => _pool.Driver;

    string ILendingPool.ConnectionString => _pool.ConnectionString;

    /// <summary>
    /// Starts an actor that answers as a pool manager does: <see cref="GetConn"/>, <see cref="PutConn"/>, <see cref="CloseAll"/>,
    /// <see cref="GetStatistics"/> and the commands of an operator. A lease ends with its actor. Each call starts another actor, of any system.
    /// </summary>
    /// <remarks>In a system of Akka.TestKit it runs on the thread of the sender.</remarks>
    /// <param name="system">The actor system to start it in.</param>
    public IActorRef ManagerIn(ActorSystem system)
    {
        ArgumentNullException.ThrowIfNull(system);
        return TestManager.StartIn(system, this, _pool);
    }

    /// <inheritdoc/>
    public ValueTask<PooledConnection> GetConnAsync(
        object? key = null,
        CancellationToken cancellationToken = default,
        [CallerFilePath] string? file = null,
        [CallerLineNumber] int line = 0) =>
        BorrowAsync(KeyRule.Checked(key), null, new LeaseOrigin(file, line), cancellationToken);

    /// <inheritdoc/>
    [OverloadResolutionPriority(1)]
    public ValueTask<PooledConnection> GetConnAsync(
        CancellationToken cancellationToken,
        [CallerFilePath] string? file = null,
        [CallerLineNumber] int line = 0) =>
        BorrowAsync(null, null, new LeaseOrigin(file, line), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<PooledConnection> GetConnAsync(
        GetConn? request,
        CancellationToken cancellationToken = default,
        [CallerFilePath] string? file = null,
        [CallerLineNumber] int line = 0) =>
        BorrowAsync(request?.Key, request, new LeaseOrigin(file, line), cancellationToken);

    /// <inheritdoc/>
    public ValueTask PutConnAsync(PooledConnection connection, object? key = null, bool close = false)
    {
        ArgumentNullException.ThrowIfNull(connection);
        KeyRule.Checked(key);
        try
        {
            _pool.Put(connection, key, close);
            return ValueTask.CompletedTask;
        }
        catch (Exception error)
        {
            return ValueTask.FromException(error);
        }
    }

    /// <inheritdoc/>
    public Task CloseAllAsync()
    {
        try
        {
            _pool.CloseAll();
            return Task.CompletedTask;
        }
        catch (PoolException error)
        {
            return Task.FromException(error);
        }
    }

    /// <summary>
    /// Closes every connection at once, also those in use; <see cref="Lent"/> still lists these. Calling it again has no effect.
    /// </summary>
    public ValueTask DisposeAsync()
    {
        _pool.TryCloseAll();
        return ValueTask.CompletedTask;
    }

    private ValueTask<PooledConnection> BorrowAsync(object? key, GetConn? message, LeaseOrigin origin, CancellationToken cancellationToken)
    {
        AmbientTransaction.Check(_pool.Settings);
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<PooledConnection>(cancellationToken);
        var request = new CallRequest(message, key, origin);
        try
        {
            if (Borrowers.IsRemote(message?.Owner))
                throw _pool.NotLocal();
            if (message?.Owner is { } owner && !Borrowers.IsNone(owner))
                request.Borrower = Watched(owner);
            _pool.Get(request);
        }
        catch (Exception error)
        {
            return ValueTask.FromException<PooledConnection>(error);
        }

        return new ValueTask<PooledConnection>(request.Answer.IsCompleted ? request.Answer : WaitAsync(request, cancellationToken));
    }

    private async Task<PooledConnection> WaitAsync(CallRequest request, CancellationToken cancellationToken)
    {
        while (!request.Answer.IsCompleted)
        {
            await Task.WhenAny(request.Answer, Task.Delay(_pool.DueIn, cancellationToken)).ConfigureAwait(false);
            if (cancellationToken.IsCancellationRequested && _pool.Cancel(request))
                cancellationToken.ThrowIfCancellationRequested();
            _pool.Sweep();
        }

        return await request.Answer.ConfigureAwait(false);
    }

    private WatchedBorrower Watched(IActorRef owner)
    {
        var borrower = new WatchedBorrower(owner);
        _ = owner.WatchAsync().ContinueWith(_ => _pool.BorrowerStopped(borrower), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        return borrower;
    }
}
