using System.Data;
using Npgsql.Schema;
using NpgsqlTypes;

namespace ActorPool.DataSources;

/// <summary>The columns of a result as a table, with the columns of the driver's own schema table, in its order.</summary>
internal static class SchemaTable
{
    private static readonly (string Name, Type Type, Func<NpgsqlDbColumn, object?> Value)[] Properties =
    [
        ("ColumnName", typeof(string), column => column.ColumnName),
        ("ColumnOrdinal", typeof(int), column => column.ColumnOrdinal ?? -1),
        ("ColumnSize", typeof(int), column => column.ColumnSize ?? -1),
        ("NumericPrecision", typeof(int), column => column.NumericPrecision ?? 0),
        ("NumericScale", typeof(int), column => column.NumericScale ?? 0),
        ("IsUnique", typeof(bool), column => column.IsUnique == true),
        ("IsKey", typeof(bool), column => column.IsKey == true),
        ("BaseServerName", typeof(string), _ => ""),
        ("BaseCatalogName", typeof(string), column => column.BaseCatalogName),
        ("BaseColumnName", typeof(string), column => column.BaseColumnName),
        ("BaseSchemaName", typeof(string), column => column.BaseSchemaName),
        ("BaseTableName", typeof(string), column => column.BaseTableName),
        ("DataType", typeof(Type), column => column.DataType),
        ("AllowDBNull", typeof(bool), column => column.AllowDBNull),
        ("ProviderType", typeof(int), column => column.NpgsqlDbType ?? NpgsqlDbType.Unknown),
        ("IsAliased", typeof(bool), column => column.IsAliased == true),
        ("IsExpression", typeof(bool), column => column.IsExpression == true),
        ("IsIdentity", typeof(bool), column => column.IsIdentity == true),
        ("IsAutoIncrement", typeof(bool), column => column.IsAutoIncrement == true),
        ("IsRowVersion", typeof(bool), _ => false),
        ("IsHidden", typeof(bool), column => column.IsHidden == true),
        ("IsLong", typeof(bool), column => column.IsLong == true),
        ("IsReadOnly", typeof(bool), column => column.IsReadOnly == true),
        ("ProviderSpecificDataType", typeof(Type), _ => null),
        ("DataTypeName", typeof(string), column => column.DataTypeName),
    ];

    public static DataTable Of(IEnumerable<NpgsqlDbColumn> columns)
    {
        var table = new DataTable("SchemaTable");
        foreach (var (name, type, _) in Properties)
            table.Columns.Add(name, type);
        foreach (var column in columns)
            table.Rows.Add(Array.ConvertAll(Properties, property => property.Value(column) ?? DBNull.Value));
        return table;
    }
}
