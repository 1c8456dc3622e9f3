using System.Collections;
using System.Collections.ObjectModel;
using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;

namespace ActorPool.Testing.Connections;

/// <summary>A reader of the test's driver that reports its end, for <c>CommandBehavior.CloseConnection</c>.</summary>
[SuppressMessage("Naming", "CA1710", Justification = "It is a reader.")]
internal sealed class ReaderWithEnd(DbDataReader driver, Action closed) : DbDataReader, IDbColumnSchemaGenerator
{
    private Action? _closed = closed;
    private bool _isDisposed;

    public override int Depth => driver.Depth;

    public override int FieldCount => driver.FieldCount;

    public override int VisibleFieldCount => driver.VisibleFieldCount;

    public override bool HasRows => driver.HasRows;

    public override bool IsClosed => driver.IsClosed;

    public override int RecordsAffected => driver.RecordsAffected;

    public override object this[int ordinal] => driver[ordinal];

    public override object this[string name] => driver[name];

    public override bool Read() => driver.Read();

    public override Task<bool> ReadAsync(CancellationToken cancellationToken) => driver.ReadAsync(cancellationToken);

    public override bool NextResult() => driver.NextResult();

    public override Task<bool> NextResultAsync(CancellationToken cancellationToken) => driver.NextResultAsync(cancellationToken);

    public override string GetName(int ordinal) => driver.GetName(ordinal);

    public override int GetOrdinal(string name) => driver.GetOrdinal(name);

    public override string GetDataTypeName(int ordinal) => driver.GetDataTypeName(ordinal);

    public override Type GetFieldType(int ordinal) => driver.GetFieldType(ordinal);

    public override bool GetBoolean(int ordinal) => driver.GetBoolean(ordinal);

    public override byte GetByte(int ordinal) => driver.GetByte(ordinal);

    public override long GetBytes(int ordinal, long dataOffset, byte[]? buffer, int bufferOffset, int length) =>
        driver.GetBytes(ordinal, dataOffset, buffer, bufferOffset, length);

    public override char GetChar(int ordinal) => driver.GetChar(ordinal);

    public override long GetChars(int ordinal, long dataOffset, char[]? buffer, int bufferOffset, int length) =>
        driver.GetChars(ordinal, dataOffset, buffer, bufferOffset, length);

    public override DateTime GetDateTime(int ordinal) => driver.GetDateTime(ordinal);

    public override decimal GetDecimal(int ordinal) => driver.GetDecimal(ordinal);

    public override double GetDouble(int ordinal) => driver.GetDouble(ordinal);

    public override float GetFloat(int ordinal) => driver.GetFloat(ordinal);

    public override Guid GetGuid(int ordinal) => driver.GetGuid(ordinal);

    public override short GetInt16(int ordinal) => driver.GetInt16(ordinal);

    public override int GetInt32(int ordinal) => driver.GetInt32(ordinal);

    public override long GetInt64(int ordinal) => driver.GetInt64(ordinal);

    public override string GetString(int ordinal) => driver.GetString(ordinal);

    public override object GetValue(int ordinal) => driver.GetValue(ordinal);

    public override int GetValues(object[] values) => driver.GetValues(values);

    public override Type GetProviderSpecificFieldType(int ordinal) => driver.GetProviderSpecificFieldType(ordinal);

    public override object GetProviderSpecificValue(int ordinal) => driver.GetProviderSpecificValue(ordinal);

    public override int GetProviderSpecificValues(object[] values) => driver.GetProviderSpecificValues(values);

    public override T GetFieldValue<T>(int ordinal) => driver.GetFieldValue<T>(ordinal);

    public override Task<T> GetFieldValueAsync<T>(int ordinal, CancellationToken cancellationToken) => driver.GetFieldValueAsync<T>(ordinal, cancellationToken);

    public override Stream GetStream(int ordinal) => driver.GetStream(ordinal);

    public override TextReader GetTextReader(int ordinal) => driver.GetTextReader(ordinal);

    public override bool IsDBNull(int ordinal) => driver.IsDBNull(ordinal);

    public override Task<bool> IsDBNullAsync(int ordinal, CancellationToken cancellationToken) => driver.IsDBNullAsync(ordinal, cancellationToken);

    public override DataTable? GetSchemaTable() => driver.GetSchemaTable();

    public ReadOnlyCollection<DbColumn> GetColumnSchema() => driver.GetColumnSchema();

    public override IEnumerator GetEnumerator() => driver.GetEnumerator();

    public override void Close()
    {
        if (!_isDisposed)
            End(driver.Close);
    }

    // The base class calls Close.
    protected override void Dispose(bool disposing)
    {
        if (disposing && !_isDisposed)
        {
            _isDisposed = true;
            End(driver.Dispose);
        }

        base.Dispose(disposing);
    }

    // The report comes last: another borrower may have the connection then.
    private void End(Action end)
    {
        try
        {
            end();
        }
        finally
        {
            Interlocked.Exchange(ref _closed, null)?.Invoke();
        }
    }

    protected override DbDataReader GetDbDataReader(int ordinal) => driver.GetData(ordinal);
}
