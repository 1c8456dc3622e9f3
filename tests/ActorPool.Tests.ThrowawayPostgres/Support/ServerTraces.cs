using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using ActorPool.TestSupport;
using Npgsql;

namespace ActorPool.Tests.ThrowawayPostgres.Support;

/// <summary>The traces of a running server: a folder, a process, a port.</summary>
internal sealed record ServerTraces(string Folder, int ProcessId, int Port)
{
    public static async Task<ServerTraces> OfAsync(string connectionString)
    {
        var data = await Sql.AskAsync(connectionString, "SHOW data_directory");
        var pidFile = await Sql.AskAsync(connectionString, "SELECT pg_read_file('postmaster.pid')");
        return new ServerTraces(
            Path.GetDirectoryName(data)!,
            int.Parse(pidFile.Split('\n')[0], CultureInfo.InvariantCulture),
            new NpgsqlConnectionStringBuilder(connectionString).Port);
    }

    public bool FolderExists => Directory.Exists(Folder);

    public bool ProcessLives
    {
        get
        {
            try
            {
                using var process = Process.GetProcessById(ProcessId);
                // A dead process whose parent has not waited for it still has its number, but no command line.
                return !OperatingSystem.IsLinux() || File.ReadAllBytes($"/proc/{ProcessId}/cmdline").Length > 0;
            }
            catch (Exception e) when (e is ArgumentException or IOException)
            {
                return false;
            }
        }
    }

    public bool PortIsOpen
    {
        get
        {
            using var client = new TcpClient();
            try
            {
                client.Connect("127.0.0.1", Port);
                return true;
            }
            catch (SocketException)
            {
                return false;
            }
        }
    }

    public async Task AreGoneAsync()
    {
        await Until.TrueAsync(() => !PortIsOpen, $"port {Port} is closed");
        await Until.TrueAsync(() => !ProcessLives, $"process {ProcessId} has ended");
        await Until.TrueAsync(() => !FolderExists, $"folder {Folder} is removed");
    }
}
