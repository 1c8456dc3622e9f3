using Npgsql;
using Npgsql.Schema;

namespace ActorPool.DataSources;

/// <summary>What a reader tells of one column.</summary>
/// <param name="Schema">Its description, as far as the result has it.</param>
/// <param name="TypeName">The PostgreSQL type with its length or precision.</param>
/// <param name="FieldType">The type that <c>GetValue</c> gives; null when the driver knows none.</param>
internal sealed record BufferedColumn(NpgsqlDbColumn Schema, string TypeName, Type? FieldType)
{
    public string Name => Schema.ColumnName;

    public static BufferedColumn[] AllOf(NpgsqlDataReader reader)
    {
        // Without CommandBehavior.KeyInfo the driver asks the server nothing for it.
        var schema = reader.GetColumnSchema();
        var columns = new BufferedColumn[schema.Count];
        for (var column = 0; column < columns.Length; column++)
            columns[column] = new BufferedColumn(schema[column], reader.GetDataTypeName(column), FieldTypeOf(reader, column));
        return columns;
    }

    private static Type? FieldTypeOf(NpgsqlDataReader reader, int column)
    {
        try
        {
            return reader.GetFieldType(column);
        }
        catch (InvalidCastException)
        {
            return null;
        }
    }
}
