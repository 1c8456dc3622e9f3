using System.Net.Sockets;
using System.Security.Authentication;
using ActorPool.Core.Model;
using Npgsql;

namespace ActorPool.Errors;

/// <summary>The remedy for an error of opening a connection, chosen by that error.</summary>
internal static class ConnectAdvice
{
    private const string NoPrivilege = "42501";

    /// <summary>The server's SQLSTATE, from any error in the chain.</summary>
    public static string? SqlStateOf(Exception? error) => Find<PostgresException>(error)?.SqlState;

    /// <summary>Wrong credentials (class 28) or none, no such database, no right to connect: another attempt would fail in the same way.</summary>
    /// <remarks>With several hosts, one that is down now may accept the login later.</remarks>
    public static bool IsPermanent(Exception? error) => error is NoHostException hosts
        ? hosts.Failure == ConnectFailure.Permanent
        : SqlStateOf(error) is not { } state ? HasNoPassword(error) : (state.StartsWith("28", StringComparison.Ordinal) || state is PostgresErrorCodes.InvalidCatalogName or NoPrivilege);

    /// <summary>The remedy for an open that failed, in a hook or at the server, as sentences.</summary>
    public static string Remedy(Exception error) =>
        error is HookFailedException ? "The hook must leave the connection open and idle, outside a transaction." : For(error);

    /// <summary>The remedy, as sentences.</summary>
    public static string For(Exception? error)
    {
        if (error is NoHostException { AllAreOfAnotherKind: true })
            return "Add a host of the kind that Target Session Attributes asks for, promote one, or change Target Session Attributes.";
        if (SqlStateOf(error) is { } state)
            return ForState(state);
        if (Find<AuthenticationException>(error) is not null || Says(error, "SSL"))
            return "The encrypted connection failed: check SSL Mode, Root Certificate and SSL Certificate in connection-string against what the server offers.";
        if (HasNoPassword(error))
            return "Give the driver a password: Password in connection-string, a passfile, or a password provider in ConfigureDataSource.";
        if (Find<OpenStuckException>(error) is not null)
            return "Give that callback a time-out that is shorter than connect-timeout.";
        if (Find<SocketException>(error) is { } network)
            return ForNetwork(network.SocketErrorCode);
        return Find<TimeoutException>(error) is not null
            ? "The server accepted no connection in time: check that it is not overloaded and that no firewall drops packets, or raise connect-timeout."
            : "Check that the server runs and that connection-string names it.";
    }

    private static string ForState(string state) => state switch
    {
        PostgresErrorCodes.InvalidPassword => "Correct the password of this user in connection-string, or what the password provider returns.",
        _ when state.StartsWith("28", StringComparison.Ordinal) =>
            "The server refuses this user: check Username, that the role may log in, and that pg_hba.conf has a line for this user, database and address.",
        PostgresErrorCodes.InvalidCatalogName => "Create the database, or correct Database in connection-string.",
        NoPrivilege => "Grant this user CONNECT on the database.",
        PostgresErrorCodes.TooManyConnections =>
            "The server has no free slot: lower max-connections in the processes that share it, or raise max_connections at the server (or the CONNECTION LIMIT of the role or database).",
        PostgresErrorCodes.CannotConnectNow => "The server is starting up or shutting down: wait for it.",
        _ => "The server refuses the connection: its error says why.",
    };

    private static string ForNetwork(SocketError error) => error switch
    {
        SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain or SocketError.NoRecovery =>
            "The name of the server cannot be resolved: check Host in connection-string, and DNS.",
        SocketError.ConnectionRefused or SocketError.AddressNotAvailable =>
            "No server listens at this address: check that the server runs, and Host and Port in connection-string.",
        _ => "The server cannot be reached: check the network to it, and Host and Port in connection-string.",
    };

    private static T? Find<T>(Exception? error) where T : Exception
    {
        for (; error is not null; error = error.InnerException)
        {
            if (error is T found)
                return found;
            if (error is AggregateException { InnerExceptions: var several })
                return several.Select(Find<T>).FirstOrDefault(one => one is not null);
        }

        return null;
    }

    private static bool HasNoPassword(Exception? error) => Says(error, "No password has been provided");

    private static bool Says(Exception? error, string word) => error is NpgsqlException && error.Message.Contains(word, StringComparison.Ordinal);
}
