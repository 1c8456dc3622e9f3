using System.Collections;
using System.Collections.ObjectModel;
using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace ActorPool.DataSources;

/// <summary>A reader over the rows of a statement that are all in memory. Its connection serves other statements by then.</summary>
/// <remarks>
/// The values are those of the driver's <c>GetValue</c>, and the members behave as those of its reader. A <see cref="DataTableReader"/> would not do: it
/// needs a table, which copies each value into columns, and it converts nothing, so a <c>smallint</c> could not be read as an <see cref="int"/>.
/// </remarks>
internal sealed partial class BufferedReader(BufferedColumn[] columns, List<object?[]> rows, int affected)
    : DbDataReader, IDbColumnSchemaGenerator
{
    private const int BeforeFirst = -1;
    private const CompareOptions Loosely = CompareOptions.IgnoreCase | CompareOptions.IgnoreKanaType | CompareOptions.IgnoreWidth;

    private int _row = BeforeFirst;
    private bool _hasResult = columns.Length > 0;
    private bool _isDisposed;
    private bool _isClosed;

    public override int Depth => 0;

    public override bool IsClosed => _isClosed;

    public override int RecordsAffected => affected;

    public override bool HasRows => Opened(_hasResult && rows.Count > 0);

    public override int FieldCount => Opened(_hasResult ? columns.Length : 0);

    public override int VisibleFieldCount => FieldCount;

    private bool IsOnRow => _hasResult && _row >= 0 && _row < rows.Count;

    public override bool Read()
    {
        if (Opened(_hasResult) && _row < rows.Count)
            _row++;
        return IsOnRow;
    }

    public override Task<bool> ReadAsync(CancellationToken cancellationToken) =>
        cancellationToken.IsCancellationRequested ? Task.FromCanceled<bool>(cancellationToken) : Task.FromResult(Read());

    /// <summary>A statement has one result.</summary>
    public override bool NextResult()
    {
        _hasResult = Opened(false);
        return false;
    }

    public override Task<bool> NextResultAsync(CancellationToken cancellationToken) =>
        cancellationToken.IsCancellationRequested ? Task.FromCanceled<bool>(cancellationToken) : Task.FromResult(NextResult());

    public override void Close() => _isClosed = true;

    public override string GetName(int ordinal) => Column(ordinal).Name;

    [return: DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicFields | DynamicallyAccessedMemberTypes.PublicProperties)]
    [UnconditionalSuppressMessage("ILLink", "IL2073", Justification = "As in the driver's reader.")]
    public override Type GetFieldType(int ordinal) => Column(ordinal).FieldType
        ?? throw new InvalidCastException($"The driver reads no type of .NET for column '{GetName(ordinal)}' of type {GetDataTypeName(ordinal)}.");

    public override string GetDataTypeName(int ordinal) => Column(ordinal).TypeName;

    /// <summary>The first column with this name; if there is none, the first one whose name differs in case alone.</summary>
    public override int GetOrdinal(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (FieldCount == 0)
            throw NoResult();
        var found = IndexOf(column => column == name);
        if (found < 0)
            found = IndexOf(column => CultureInfo.InvariantCulture.CompareInfo.Compare(column, name, Loosely) == 0);
        return found >= 0 ? found : throw OutOfRange($"Field not found in row: {name}");
    }

    public override DataTable? GetSchemaTable() => FieldCount == 0 ? null : SchemaTable.Of(columns.Select(column => column.Schema));

    public ReadOnlyCollection<DbColumn> GetColumnSchema() => FieldCount == 0 ? [] : [.. columns.Select(column => column.Schema)];

    public override IEnumerator GetEnumerator() => new DbEnumerator(this);

    protected override void Dispose(bool disposing)
    {
        _isClosed = _isDisposed = true;
        base.Dispose(disposing);
    }

    private int IndexOf(Predicate<string> isIt)
    {
        for (var ordinal = 0; ordinal < columns.Length; ordinal++)
        {
            if (isIt(columns[ordinal].Name))
                return ordinal;
        }

        return -1;
    }

    private BufferedColumn Column(int ordinal)
    {
        if (FieldCount == 0)
            throw NoResult();
        return (uint)ordinal < (uint)columns.Length
            ? columns[ordinal]
            : throw OutOfRange($"Ordinal is out of range, value must be between 0 and {columns.Length} (exclusive).");
    }

    private T Opened<T>(T value)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, typeof(DbDataReader));
        return _isClosed ? throw new InvalidOperationException("The reader is closed.") : value;
    }

    [SuppressMessage("Usage", "CA2201", Justification = "ADO.NET names this type.")]
    private static IndexOutOfRangeException OutOfRange(string message) => new(message);

    private static InvalidOperationException NoResult() => new("The reader is not on a row. Call Read first, and read columns while it returns true.");
}
