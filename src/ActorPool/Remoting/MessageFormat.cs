using System.Runtime.Serialization;
using ActorPool.Statements;

namespace ActorPool.Remoting;

/// <summary>The parts of each message in their order, and the names by which the messages are known. A changed message gets another name.</summary>
internal static class MessageFormat
{
    private const string OfExecute = "execute.1";
    private const string OfExecuteAll = "execute-all.1";
    private const string OfQuery = "query.1";
    private const string OfCode = "code.1";
    private const string OfExecuted = "executed.1";
    private const string OfAllExecuted = "all-executed.1";
    private const string OfRows = "rows.1";

    public static string ManifestOf(object message) => message switch
    {
        Execute => OfExecute,
        ExecuteAll => OfExecuteAll,
        Query => OfQuery,
        StatementMessage => OfCode,
        Executed => OfExecuted,
        AllExecuted => OfAllExecuted,
        Rows => OfRows,
        _ => throw new SerializationException($"A {message.GetType()} is not a message about statements."),
    };

    public static void Write(WireWriter to, object message)
    {
        switch (message)
        {
            case Execute execute:
                WriteOptions(to, execute);
                WriteStatement(to, execute.Statement);
                break;
            case ExecuteAll execute:
                WriteOptions(to, execute);
                to.WriteCount(execute.Statements.Count);
                foreach (var statement in execute.Statements)
                    WriteStatement(to, statement);
                break;
            case Query query:
                WriteOptions(to, query);
                WriteStatement(to, query.Statement);
                break;
            case StatementMessage:
                // Query<T> or Transact<T>: its code stays where it is, and the pool answers why.
                break;
            case Executed executed:
                to.WriteValue(executed.Tag, "The tag");
                to.Write(executed.Rows);
                break;
            case AllExecuted executed:
                to.WriteValue(executed.Tag, "The tag");
                to.WriteCount(executed.Rows.Count);
                foreach (var rows in executed.Rows)
                    to.Write(rows);
                break;
            case Rows rows:
                to.WriteValue(rows.Tag, "The tag");
                WriteRows(to, rows);
                break;
            default:
                _ = ManifestOf(message);
                break;
        }
    }

    public static object Read(WireReader from, string manifest)
    {
        switch (manifest)
        {
            case OfExecute:
                var options = ReadOptions(from);
                return new Execute(ReadStatement(from)) { Key = options.Key, Timeout = options.Timeout, Repeatable = options.Repeatable, Tag = options.Tag, IsFromElsewhere = true };
            case OfExecuteAll:
                options = ReadOptions(from);
                return new ExecuteAll(from.ReadAll(() => ReadStatement(from))) { Key = options.Key, Timeout = options.Timeout, Repeatable = options.Repeatable, Tag = options.Tag, IsFromElsewhere = true };
            case OfQuery:
                options = ReadOptions(from);
                return new Query(ReadStatement(from)) { Key = options.Key, Timeout = options.Timeout, Repeatable = options.Repeatable, Tag = options.Tag, IsFromElsewhere = true };
            case OfCode:
                // The manager refuses it before it looks at the code.
                return new Transact<object>(static (_, _) => throw new NotSupportedException()) { IsFromElsewhere = true };
            case OfExecuted:
                var tag = from.ReadValue();
                return new Executed(from.ReadInt32(), tag);
            case OfAllExecuted:
                tag = from.ReadValue();
                return new AllExecuted(from.ReadAll(from.ReadInt32), tag);
            case OfRows:
                tag = from.ReadValue();
                var columns = from.ReadAll(from.ReadText);
                return new Rows(columns, ReadRows(from, columns.Length), tag);
            default:
                throw new SerializationException($"'{manifest}' is not a message about statements, or one of a later version of ActorPool.");
        }
    }

    private static void WriteOptions(WireWriter to, StatementMessage message)
    {
        to.WriteValue(message.Key, "The key");
        to.WriteValue(message.Timeout, "The time-out");
        to.Write(message.Repeatable);
        to.WriteValue(message.Tag, "The tag");
    }

    private static (object? Key, TimeSpan? Timeout, bool Repeatable, object? Tag) ReadOptions(WireReader from) =>
        (from.ReadValue(), (TimeSpan?)from.ReadValue(), from.ReadBoolean(), from.ReadValue());

    private static void WriteStatement(WireWriter to, Statement statement)
    {
        to.WriteText(statement.Sql);
        to.WriteCount(statement.Values.Length);
        for (var index = 0; index < statement.Values.Length; index++)
        {
            var parameter = statement.Values[index];
            to.WriteValue(parameter.Value, "Parameter", index + 1);
            to.WriteText(parameter.TypeName ?? (parameter.Value is null ? NameOfNull(parameter.StaticType) : null) ?? "");
        }
    }

    private static string? NameOfNull(Type? type) => type is null ? null : WireType.Find(Nullable.GetUnderlyingType(type) ?? type)?.NameOfNull;

    private static Statement ReadStatement(WireReader from)
    {
        var text = StatementText.Of(from.ReadText());
        var parameters = from.ReadAll(() => ReadParameter(from));
        return parameters.Length == text.Parameters
            ? Statement.Of(text, parameters)
            : throw WireReader.Malformed($"{parameters.Length} values for {text.Parameters} parameters");
    }

    private static StatementParameter ReadParameter(WireReader from)
    {
        var value = from.ReadValue();
        var typeName = from.ReadText();
        return typeName.Length == 0 ? StatementParameter.OfValue(value) : StatementParameter.Of(value, typeName);
    }

    private static void WriteRows(WireWriter to, Rows rows)
    {
        to.WriteCount(rows.Columns.Count);
        foreach (var column in rows.Columns)
            to.WriteText(column);
        to.WriteCount(rows.Values.Count);
        foreach (var row in rows.Values)
        {
            for (var column = 0; column < rows.Columns.Count; column++)
                to.WriteValue(row[column], "A value of column", column + 1);
        }
    }

    private static object?[][] ReadRows(WireReader from, int columns) => from.ReadAll(() =>
    {
        // Rows without columns take no bytes, so their number would prove nothing.
        var row = columns > 0 ? new object?[columns] : throw WireReader.Malformed("rows without columns");
        for (var column = 0; column < columns; column++)
            row[column] = from.ReadValue();
        return row;
    });
}
