using System.Data;
using System.Data.Common;

namespace ActorPool.AdoNet;

/// <summary>Fills and updates data sets with commands of the pool. The driver's adapter accepts only the driver's commands.</summary>
internal sealed class PooledDataAdapter : DbDataAdapter
{
    /// <summary>Before a row is written; <see cref="PooledCommandBuilder"/> makes the command then.</summary>
    public event EventHandler<RowUpdatingEventArgs>? RowUpdating;

    protected override void OnRowUpdating(RowUpdatingEventArgs value) => RowUpdating?.Invoke(this, value);

    protected override RowUpdatingEventArgs CreateRowUpdatingEvent(
        DataRow dataRow, IDbCommand? command, StatementType statementType, DataTableMapping tableMapping) =>
        new(dataRow, command, statementType, tableMapping);
}
