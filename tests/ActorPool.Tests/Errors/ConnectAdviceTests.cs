using System.Net.Sockets;
using System.Security.Authentication;
using ActorPool.Errors;
using Npgsql;

namespace ActorPool.Tests.Errors;

/// <summary>Each error of opening has its own remedy.</summary>
public sealed class ConnectAdviceTests
{
    [Theory]
    [InlineData("28P01", "Correct the password", true)]
    [InlineData("28000", "pg_hba.conf", true)]
    [InlineData("3D000", "Create the database", true)]
    [InlineData("42501", "Grant this user CONNECT", true)]
    [InlineData("53300", "no free slot", false)]
    [InlineData("57P03", "starting up or shutting down", false)]
    [InlineData("XX000", "its error says why", false)]
    public void An_answer_of_the_server_is_known_by_its_SQLSTATE(string state, string remedy, bool isPermanent)
    {
        var error = new PostgresException("text", "FATAL", "FATAL", state);

        AssertAdvice(error, remedy, isPermanent);
        AssertAdvice(new NpgsqlException("several hosts", new AggregateException(new TimeoutException(), error)), remedy, isPermanent);
        Assert.Equal(state, new PoolException(PoolErrorKind.ConnectFailed, "text", new NpgsqlException("wrapped", error)).SqlState);
    }

    [Theory]
    [InlineData(SocketError.HostNotFound, "cannot be resolved")]
    [InlineData(SocketError.TryAgain, "cannot be resolved")]
    [InlineData(SocketError.ConnectionRefused, "No server listens at this address")]
    [InlineData(SocketError.HostUnreachable, "cannot be reached")]
    public void An_error_of_the_network_is_known_by_its_code(SocketError code, string remedy) =>
        AssertAdvice(new NpgsqlException("Failed to connect", new SocketException((int)code)), remedy);

    [Fact]
    public void Every_other_error_is_known_by_the_text_of_the_driver()
    {
        AssertAdvice(new NpgsqlException("Exception", new AuthenticationException("The remote certificate was rejected")), "SSL Mode");
        AssertAdvice(new NpgsqlException("SSL connection requested. No SSL enabled connection from this host is configured."), "SSL Mode");
        AssertAdvice(new NpgsqlException("No password has been provided but the backend requires one (in SASL/SCRAM-SHA-256)"), "Give the driver a password", isPermanent: true);
        AssertAdvice(new TimeoutException(), "connect-timeout");
        AssertAdvice(new InvalidOperationException("strange"), "Check that the server runs");
    }

    private static void AssertAdvice(Exception error, string remedy, bool isPermanent = false)
    {
        Assert.Contains(remedy, ConnectAdvice.For(error), StringComparison.Ordinal);
        Assert.Contains(remedy, new PoolFailure(PoolErrorKind.ConnectFailed, "orders", Cause: error).ToException().Message, StringComparison.Ordinal);
        Assert.Equal(!isPermanent, new PoolException(PoolErrorKind.ConnectFailed, "text", error).IsTransient);
        Assert.True(new PoolException(PoolErrorKind.Timeout, "text", error).IsTransient);
    }
}
