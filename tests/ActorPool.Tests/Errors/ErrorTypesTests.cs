using ActorPool.Errors;
using Npgsql;

namespace ActorPool.Tests.Errors;

/// <summary>The errors of statements by the names that metrics and spans have for them.</summary>
public sealed class ErrorTypesTests
{
    [Fact]
    public void An_error_of_the_server_is_named_by_its_SQLSTATE()
    {
        var error = ErrorTypes.Of(new PostgresException("invalid input syntax for type integer: \"secret\"", "ERROR", "ERROR", "22P02"));

        Assert.Equal(("22P02", "22P02"), (error.Type, error.SqlState));
    }

    [Fact]
    public void An_error_of_the_pool_is_named_by_its_kind()
    {
        var error = ErrorTypes.Of(new PoolFailure(PoolErrorKind.OutcomeUnknown, "orders", Cause: new PostgresException("end", "FATAL", "FATAL", "57P01")).ToException());

        Assert.Equal(("OutcomeUnknown", null), (error.Type, error.SqlState));
    }

    [Fact]
    public void Another_error_is_named_by_the_type_of_the_original_one()
    {
        Assert.Equal("System.IO.IOException", ErrorTypes.Of(new NpgsqlException("wrapped", new IOException("reset"))).Type);
        Assert.Equal("Npgsql.NpgsqlException", ErrorTypes.Of(new NpgsqlException("alone")).Type);
        Assert.Equal("System.FormatException", ErrorTypes.Of(new FormatException()).Type);
    }
}
