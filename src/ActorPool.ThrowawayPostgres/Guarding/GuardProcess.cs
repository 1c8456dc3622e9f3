using System.Diagnostics;
using System.Runtime.InteropServices;
using ActorPool.ThrowawayPostgres.Clusters;
using ActorPool.ThrowawayPostgres.Discovery;

namespace ActorPool.ThrowawayPostgres.Guarding;

/// <summary>The owner's end of a <see cref="Guard"/>: holds the pipe.</summary>
internal sealed class GuardProcess
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Process _process;

    private GuardProcess(Process process) => _process = process;

    /// <summary>Starts a guard and waits until it is on duty.</summary>
    public static async Task<GuardProcess> StartAsync(
        PostgresBinaries binaries,
        ClusterFolder folder,
        CancellationToken cancellationToken)
    {
        var program = typeof(GuardProcess).Assembly.Location;
        if (!File.Exists(Path.ChangeExtension(program, ".runtimeconfig.json")))
        {
            throw new PostgresUnavailableException(
                $"The guard of a throwaway server cannot start: {Path.GetFileName(program)} and its runtimeconfig.json must lie "
                + "beside each other on disk, which a single-file publication prevents.");
        }

        var process = new Process
        {
            StartInfo = new ProcessStartInfo(DotnetHost(), ["exec", program, Guard.Command, folder.Path, binaries.Folder])
            {
                WorkingDirectory = ClusterFolder.Parent,
                UseShellExecute = false,
                CreateNoWindow = true,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            },
        };
        process.Start();
        var guard = new GuardProcess(process);
        try
        {
            var word = await process.StandardOutput.ReadLineAsync(cancellationToken).AsTask().WaitAsync(Patience, cancellationToken);
            if (word == Guard.Ready)
                return guard;

            throw new PostgresUnavailableException(
                $"The guard of a throwaway server did not start: {await process.StandardError.ReadToEndAsync(cancellationToken)}");
        }
        catch (Exception)
        {
            await guard.EndAsync();
            throw;
        }
    }

    /// <summary>Closes the pipe and waits until the guard has removed the rest.</summary>
    public async Task EndAsync()
    {
        _process.StandardInput.Close();
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    /// <summary>The host of the runtime that this process runs on, which need not be the one on the PATH.</summary>
    private static string DotnetHost()
    {
        var name = OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet";
        var beside = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", name));
        return File.Exists(beside) ? beside : name;
    }
}
