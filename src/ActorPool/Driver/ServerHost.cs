using Npgsql;

namespace ActorPool.Driver;

/// <summary>One host that a pool may connect to.</summary>
/// <param name="Name">Host and port, or the path of a Unix socket, as written in the connection string.</param>
/// <param name="Source">Opens connections to it.</param>
internal sealed record ServerHost(string Name, NpgsqlDataSource Source);
