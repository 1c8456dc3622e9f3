using ActorPool.Core.Model;
using ActorPool.Driver;
using ActorPool.Statements;
using Npgsql;

namespace ActorPool.Tests.PostgreSQL.Driver.Statements;

/// <summary>A statement whose caller writes down what it is told.</summary>
internal sealed class RecordedStatement(params Statement[] sent) : RunnableStatement(key: null, timeout: null)
{
    private readonly List<object> _rows = [];
    private volatile bool _isGivenUp;

    /// <summary>Makes an object of a row; null when the rows are not wanted.</summary>
    public Func<NpgsqlDataReader, object>? OnRow { get; init; }

    public Action<NpgsqlDataReader>? OnColumns { get; init; }

    public bool MayBeRepeated { get; init; }

    /// <summary>The rows, or the numbers of affected rows.</summary>
    public string? Result { get; private set; }

    public Exception? Error { get; private set; }

    public bool IsUnknown { get; private set; }

    /// <summary>How often it was begun.</summary>
    public int Begun { get; private set; }

    public int Deliveries { get; private set; }

    public override object Text => sent[0].Text;

    public override int Bytes => sent.Sum(statement => statement.Bytes);

    public override ReadOnlySpan<Statement> ToSend => sent;

    public override bool IsRepeatable => MayBeRepeated;

    public override bool IsGivenUp => _isGivenUp;

    public override RowsWanted Wanted => OnRow is null ? RowsWanted.None : RowsWanted.All;

    /// <summary>What the caller was told, in one line.</summary>
    public string Told => IsUnknown ? "unknown" : Error is { } error ? (error as PostgresException)?.SqlState ?? error.GetType().Name : Result ?? $"{End}";

    public void GiveUp() => _isGivenUp = true;

    public override void Begin()
    {
        Begun++;
        _rows.Clear();
    }

    public override void Columns(NpgsqlDataReader reader) => OnColumns?.Invoke(reader);

    public override void Row(NpgsqlDataReader reader) => _rows.Add(OnRow!(reader));

    public override void Succeed(ReadOnlySpan<int> affected)
    {
        Assert.Equal(sent.Length, affected.Length);
        Decide();
        Result = OnRow is null ? string.Join(',', affected.ToArray()) : string.Join(',', _rows);
    }

    public override void Fail(Exception error)
    {
        Decide();
        Error = error;
    }

    public override void FailUnknown(Exception? cause)
    {
        Decide();
        (IsUnknown, Error) = (true, cause);
    }

    public override void Deliver(bool onThisThread) => Deliveries++;

    public override bool TryClaim() => true;

    public override bool TryUnclaim() => true;

    private void Decide()
    {
        Assert.Equal(StatementEnd.Answered, End);
        Assert.False(Result is not null || Error is not null || IsUnknown, "It has an answer already.");
    }
}
