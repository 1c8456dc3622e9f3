using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Npgsql;
using NpgsqlTypes;
using StatementType = System.Data.StatementType;

namespace ActorPool.AdoNet;

/// <summary>Makes the INSERT, UPDATE and DELETE of a data adapter from its SELECT, with PostgreSQL's quotes and the driver's types.</summary>
internal sealed class PooledCommandBuilder : DbCommandBuilder
{
    private const string Quote = "\"";

    public PooledCommandBuilder() => (base.QuotePrefix, base.QuoteSuffix) = (Quote, Quote);

    [AllowNull]
    public override string QuotePrefix
    {
        get => base.QuotePrefix;
        set => base.QuotePrefix = Checked(value);
    }

    [AllowNull]
    public override string QuoteSuffix
    {
        get => base.QuoteSuffix;
        set => base.QuoteSuffix = Checked(value);
    }

    public override string QuoteIdentifier(string unquotedIdentifier)
    {
        ArgumentNullException.ThrowIfNull(unquotedIdentifier);
        return Quote + unquotedIdentifier.Replace(Quote, Quote + Quote, StringComparison.Ordinal) + Quote;
    }

    public override string UnquoteIdentifier(string quotedIdentifier)
    {
        ArgumentNullException.ThrowIfNull(quotedIdentifier);
        var isQuoted = quotedIdentifier.Length >= 2 && quotedIdentifier.StartsWith(Quote, StringComparison.Ordinal) && quotedIdentifier.EndsWith(Quote, StringComparison.Ordinal);
        return (isQuoted ? quotedIdentifier[1..^1] : quotedIdentifier).Replace(Quote + Quote, Quote, StringComparison.Ordinal);
    }

    protected override void ApplyParameterInfo(DbParameter parameter, DataRow row, StatementType statementType, bool whereClause)
    {
        if (parameter is not NpgsqlParameter driver)
            return;
        // The base class has set the type of a marker for NULL already, which is an integer.
        if (driver.SourceColumnNullMapping)
            driver.ResetDbType();
        else
            driver.NpgsqlDbType = (NpgsqlDbType)row[SchemaTableColumn.ProviderType];
    }

    protected override string GetParameterName(int parameterOrdinal) => "@p" + parameterOrdinal.ToString(CultureInfo.InvariantCulture);

    protected override string GetParameterName(string parameterName) => "@" + parameterName;

    protected override string GetParameterPlaceholder(int parameterOrdinal) => GetParameterName(parameterOrdinal);

    // The base class calls this a second time for the adapter that it has, to end the subscription.
    protected override void SetRowUpdatingHandler(DbDataAdapter adapter)
    {
        if (adapter is not PooledDataAdapter pooled)
            throw new ArgumentException($"This command builder works only with a data adapter of the same provider factory, and {adapter.GetType()} is another one. Make the adapter with the factory's CreateDataAdapter().", nameof(adapter));
        if (ReferenceEquals(adapter, DataAdapter))
            pooled.RowUpdating -= Updating;
        else
            pooled.RowUpdating += Updating;
    }

    private void Updating(object? sender, RowUpdatingEventArgs change) => RowUpdatingHandler(change);

    private static string Checked(string? quote) => string.IsNullOrEmpty(quote) || quote == Quote
        ? Quote
        : throw new ArgumentException("PostgreSQL quotes identifiers with \".", nameof(quote));
}
