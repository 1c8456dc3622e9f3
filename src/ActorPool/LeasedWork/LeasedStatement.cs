using System.Data.Common;
using System.Globalization;
using Npgsql;

namespace ActorPool.LeasedWork;

/// <summary>A statement as a command of a lease. On another driver than Npgsql its parameters are named <c>$1</c>, <c>$2</c> and so on.</summary>
internal static class LeasedStatement
{
    public static void Set(DbCommand command, Statement statement)
    {
        SetText(command, statement.Sql);
        // The limit of the statement counts, from the call on.
        command.CommandTimeout = 0;
        Add(command.Parameters, statement, command.CreateParameter);
    }

    public static DbBatchCommand InBatch(DbBatch batch, Statement statement)
    {
        var command = batch.CreateBatchCommand();
        command.CommandText = statement.Sql;
        Add(command.Parameters, statement, command.CreateParameter);
        return command;
    }

    private static void Add(DbParameterCollection parameters, Statement statement, Func<DbParameter> create)
    {
        foreach (var value in statement.Values)
            parameters.Add(parameters is NpgsqlParameterCollection ? value.ToNpgsql() : Named(create(), parameters.Count + 1, value.Value));
    }

    private static DbParameter Named(DbParameter parameter, int number, object? value)
    {
        parameter.ParameterName = string.Create(CultureInfo.InvariantCulture, $"${number}");
        parameter.Value = value ?? DBNull.Value;
        return parameter;
    }

    [System.Diagnostics.CodeAnalysis.SuppressMessage("Security", "CA2100", Justification = "The text is the caller's; values are parameters.")]
    private static void SetText(DbCommand command, string sql) => command.CommandText = sql;
}
