using System.Globalization;
using System.Runtime.InteropServices;
using Npgsql;

namespace ActorPool.Benchmarks.Report;

/// <summary>The machine and the versions on which the figures were taken.</summary>
internal static class Machine
{
    public static async Task<string> DescribeAsync(string server)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(server) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        var driver = typeof(NpgsqlConnection).Assembly.GetName().Version!.ToString(3);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{DateTime.UtcNow:d MMMM yyyy}, {Environment.ProcessorCount} cores, {RuntimeInformation.OSDescription} ({RuntimeInformation.OSArchitecture}), {RuntimeInformation.FrameworkDescription}, Npgsql {driver}, PostgreSQL {connection.PostgreSqlVersion} on the same machine unless its host says otherwise ({connection.Host}).");
    }
}
