using System.Linq.Expressions;
using System.Reflection;
using System.Runtime.CompilerServices;
using Npgsql;

namespace ActorPool.Driver.Internals;

/// <summary>
/// A stream between the driver and its network. A command that fails because its lease was ended by force gets the reason as the cause of its
/// error. The driver alone would report a time-out and advise a retry.
/// </summary>
/// <remarks>
/// Answers of the server still reach the borrower, above all that of a COMMIT. Only the end itself is replaced by the reason: the answer to
/// the cancel request, the end of the stream, or an error of the socket.
/// </remarks>
internal sealed class LeaseStream(Stream inner) : Stream
{
    private static readonly Func<NpgsqlConnection, LeaseStream?>? Installer = TryCompile();

    private volatile Func<Exception>? _reason;
    private volatile bool _isOver;

    // The field of an ErrorResponse that has the SQLSTATE: query_canceled and admin_shutdown.
    private static ReadOnlySpan<byte> Cancelled => "\0C57014\0"u8;

    private static ReadOnlySpan<byte> Terminated => "\0C57P01\0"u8;

    /// <summary>The number of bytes that the driver has got. Written by the thread that reads.</summary>
    public long BytesRead { get; private set; }

    public override bool CanRead => inner.CanRead;

    public override bool CanWrite => inner.CanWrite;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Inserts the stream into an open connection. Null where the driver's buffers have moved: errors then have the driver's own cause.</summary>
    public static LeaseStream? Install(NpgsqlConnection connection)
    {
        try
        {
            return Installer?.Invoke(connection);
        }
        catch (Exception)
        {
            // This version of the driver is not known.
            return null;
        }
    }

    /// <summary>The lease ends by force: from now on this is the cause of every error.</summary>
    public void End(Func<Exception> reason) => _reason ??= reason;

    /// <summary>
    /// From now on the pool itself drains the socket, and the driver gets nothing more: it would take bytes from the middle of a message for a
    /// length, and reserve that much memory.
    /// </summary>
    public void Stop() => _isOver = true;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int count;
        try
        {
            count = await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception) when (_reason is not null)
        {
            throw _reason();
        }

        BytesRead += count;
        return _reason is null && !_isOver ? count : Passed(buffer.Span, count);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        int count;
        try
        {
            count = inner.Read(buffer);
        }
        catch (Exception) when (_reason is not null)
        {
            throw _reason();
        }

        BytesRead += count;
        return _reason is null && !_isOver ? count : Passed(buffer, count);
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        _reason is { } reason ? ValueTask.FromException(reason()) : inner.WriteAsync(buffer, cancellationToken);

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        _reason is { } reason ? Task.FromException(reason()) : inner.WriteAsync(buffer, offset, count, cancellationToken);

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (_reason is { } reason)
            throw reason();
        inner.Write(buffer);
    }

    public override void Flush() => inner.Flush();

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private int Passed(ReadOnlySpan<byte> buffer, int count)
    {
        if (_isOver)
            throw _reason?.Invoke() ?? new IOException("The pool has ended this connection.");
        var read = buffer[..count];
        return count == 0 || read.IndexOf(Cancelled) >= 0 || read.IndexOf(Terminated) >= 0 ? throw _reason!() : count;
    }

    private static Func<NpgsqlConnection, LeaseStream?>? TryCompile()
    {
        const BindingFlags All = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;
        try
        {
            var connection = Expression.Parameter(typeof(NpgsqlConnection), "connection");
            var property = typeof(NpgsqlConnection).GetProperty("Connector", All)!;
            var connector = Expression.Variable(property.PropertyType, "connector");
            var stream = Expression.Variable(typeof(LeaseStream), "stream");
            var install = Expression.Block(
                typeof(LeaseStream),
                [connector, stream],
                Expression.Assign(connector, Expression.Property(connection, property)),
                Expression.Assign(stream, Expression.New(typeof(LeaseStream).GetConstructors()[0], Expression.Field(connector, "_stream"))),
                Expression.Assign(Expression.Property(Expression.Property(connector, "ReadBuffer"), "Underlying"), stream),
                Expression.Assign(Expression.Property(Expression.Property(connector, "WriteBuffer"), "Underlying"), stream),
                stream);
            return Expression.Lambda<Func<NpgsqlConnection, LeaseStream?>>(install, connection).Compile();
        }
        catch (Exception)
        {
            // This version of the driver is not known.
            return null;
        }
    }
}
