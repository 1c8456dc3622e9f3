using ActorPool.Core.Model;
using Npgsql;

namespace ActorPool.Errors;

/// <summary>None of a pool's hosts gave a connection. The message has the error of each; the first one that a server sent is inside.</summary>
internal sealed class NoHostException : NpgsqlException
{
    private NoHostException(IReadOnlyList<HostFailure> hosts)
        : base($"No host gave a connection. {string.Join("; ", hosts.Select(host => host.ToString()))}", Speaking(hosts)) =>
        (Failure, AllAreOfAnotherKind) = (ConnectErrors.KindOf(hosts.Select(host => host.Failure)), hosts.All(host => host.WasReached));

    /// <summary>What it means for the next attempt.</summary>
    public ConnectFailure Failure { get; }

    /// <summary>Each accepted a session, of another kind than the one wanted.</summary>
    public bool AllAreOfAnotherKind { get; }

    public override bool IsTransient => Failure != ConnectFailure.Permanent;

    /// <summary>The error of the only host, or what all servers say with one SQLSTATE, is left as it is.</summary>
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
/// <param name="Host">Its name; null when only the driver knows it.</param>
/// <param name="Error">The driver's or the server's error.</param>
/// <param name="Failure">What it means for the next attempt.</param>
/// <param name="WasReached">It accepted a session, which was of another kind than the one wanted.</param>
internal sealed record HostFailure(string? Host, Exception Error, ConnectFailure Failure, bool WasReached)
{
    public override string ToString() => $"{Host ?? Error.Message}: {Error.GetBaseException().Message.TrimEnd('.')}";
}
