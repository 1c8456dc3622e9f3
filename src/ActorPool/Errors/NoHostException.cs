using ActorPool.Core.Model;
using Npgsql;

namespace ActorPool.Errors;

/// <summary>None of a pool's hosts gave a connection. The message has the error of each host; the first error sent by a server is inside.</summary>
internal sealed class NoHostException : NpgsqlException
{
    private NoHostException(IReadOnlyList<HostFailure> hosts)
        : base($"No host gave a connection. {string.Join("; ", hosts.Select(host => host.ToString()))}", Speaking(hosts)) =>
        (Failure, AllAreOfAnotherKind) = (ConnectErrors.KindOf(hosts.Select(host => host.Failure)), hosts.All(host => host.WasReached));

    /// <summary>What the errors together mean for the next attempt.</summary>
    public ConnectFailure Failure { get; }

    /// <summary>Every host accepted a session, but none of the wanted kind.</summary>
    public bool AllAreOfAnotherKind { get; }

    public override bool IsTransient => Failure != ConnectFailure.Permanent;

    /// <summary>A single host's error, or one SQLSTATE that all servers sent, stays as it is; else the errors are combined.</summary>
    public static Exception Of(IReadOnlyList<HostFailure> hosts)
    {
        if (hosts is [{ WasReached: false, Host: not null } only])
            return only.Error;
        return hosts[0].Error is PostgresException first && hosts.All(host => host.Error is PostgresException other && other.SqlState == first.SqlState)
            ? first
            : new NoHostException(hosts);
    }

    private static Exception Speaking(IReadOnlyList<HostFailure> hosts) =>
        (hosts.FirstOrDefault(host => host.Error is PostgresException) ?? hosts.FirstOrDefault(host => !host.WasReached) ?? hosts[0]).Error;
}

/// <summary>Why one host gave no connection.</summary>
/// <param name="Host">The host's name; null when only the driver knows it.</param>
/// <param name="Error">The driver's or the server's error.</param>
/// <param name="Failure">What the error means for the next attempt.</param>
/// <param name="WasReached">The host accepted a session, which was not of the wanted kind.</param>
internal sealed record HostFailure(string? Host, Exception Error, ConnectFailure Failure, bool WasReached)
{
    public override string ToString() => $"{Host ?? Error.Message}: {Error.GetBaseException().Message.TrimEnd('.')}";
}
