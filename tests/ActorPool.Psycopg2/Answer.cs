namespace ActorPool.Psycopg2;

/// <summary>The result of a call.</summary>
/// <param name="Kind">The kind of result or error.</param>
/// <param name="Number">Which connection, counted by first appearance from 1; 0 when there is none.</param>
/// <param name="Again">The object is lent already.</param>
/// <param name="Detail">The text of an unexpected error.</param>
public sealed record Answer(AnswerKind Kind, int Number = 0, bool Again = false, string Detail = "")
{
    public static readonly Answer Done = new(AnswerKind.Done);
    public static readonly Answer Closed = new(AnswerKind.Closed);
    public static readonly Answer Exhausted = new(AnswerKind.Exhausted);
    public static readonly Answer ConnectFailed = new(AnswerKind.ConnectFailed);
    public static readonly Answer Unkeyed = new(AnswerKind.Unkeyed);

    public static Answer Connection(int number, bool again) => new(AnswerKind.Connection, number, again);

    public static Answer Unexpected(string detail) => new(AnswerKind.Unexpected, Detail: detail);

    public override string ToString() => Kind switch
    {
        AnswerKind.Connection => $"connection {Number}{(Again ? ", the object that is lent already" : "")}",
        AnswerKind.Unexpected => $"unexpected: {Detail}",
        _ => $"{Kind}".ToLowerInvariant(),
    };
}
