using System.Diagnostics;
using System.Runtime.InteropServices;
using ActorPool.ThrowawayPostgres.Clusters;
using ActorPool.ThrowawayPostgres.Discovery;

namespace ActorPool.ThrowawayPostgres.Guarding;

/// <summary>The owner's end of a <see cref="Guard"/>: holds the pipe.</summary>
internal sealed class GuardProcess
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    // The guard is no descendant of its owner, since test hosts and IDEs kill a process with all its descendants.
    // A shell that ends at once starts it; the descriptor is named because a shell gives a background command no input.
    private const string Detached = "exec 3<&0; \"$@\" <&3 3<&- &";

    // The owner's profiler, start-up hooks and diagnostic ports are not for the guard: some would keep it from starting.
    private static readonly string[] RuntimeVariables = ["DOTNET_", "COMPlus_", "CORECLR_", "COR_"];

    private readonly Process _process;

    private GuardProcess(Process process) => _process = process;

    /// <summary>Starts a guard and waits until it is on duty.</summary>
    public static async Task<GuardProcess> StartAsync(
        PostgresBinaries binaries,
        ClusterFolder folder,
        CancellationToken cancellationToken)
    {
        var process = new Process { StartInfo = StartInfo(binaries, folder) };
        process.Start();
        var guard = new GuardProcess(process);
        try
        {
            var word = await process.StandardOutput.ReadLineAsync(cancellationToken).AsTask().WaitAsync(Patience, cancellationToken).ConfigureAwait(false);
            if (word == Guard.Ready)
                return guard;

            throw new PostgresUnavailableException(
                $"The guard of a throwaway server did not start: {await process.StandardError.ReadToEndAsync(cancellationToken).ConfigureAwait(false)}");
        }
        catch (Exception)
        {
            await guard.EndAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Closes the pipe and waits until the guard has removed the rest. A guard that needs longer goes on alone.</summary>
    public async Task EndAsync()
    {
        _process.StandardInput.Close();
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            // The end of its output is the end of the guard, which is no child process to wait for.
            await _process.StandardOutput.ReadToEndAsync(patience.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
        }

        _process.Dispose();
    }

    private static ProcessStartInfo StartInfo(PostgresBinaries binaries, ClusterFolder folder)
    {
        var program = typeof(GuardProcess).Assembly.Location;
        if (!File.Exists(program))
        {
            throw new PostgresUnavailableException(
                $"The guard of a throwaway server cannot start: {typeof(GuardProcess).Assembly.GetName().Name}.dll must be a file on disk, "
                + "which a single-file publication prevents. Publish the program without PublishSingleFile.");
        }

        var files = new GuardFiles(folder);
        files.Write();
        string[] guard =
            [DotnetHost(), "exec", "--runtimeconfig", files.RuntimeConfig, "--depsfile", files.Dependencies, program, folder.Path, binaries.Folder];
        var start = OperatingSystem.IsWindows()
            ? new ProcessStartInfo(guard[0], guard[1..])
            : new ProcessStartInfo("/bin/sh", ["-c", Detached, "sh", .. guard]);
        start.WorkingDirectory = ClusterFolder.Parent;
        start.UseShellExecute = false;
        start.CreateNoWindow = true;
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        foreach (var name in start.Environment.Keys.Where(IsOfRuntime).ToList())
            start.Environment.Remove(name);
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        return start;
    }

    private static bool IsOfRuntime(string variable) =>
        Array.Exists(RuntimeVariables, prefix => variable.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));

    /// <summary>The host of the runtime that this process runs on, which need not be the one on the PATH.</summary>
    private static string DotnetHost()
    {
        var name = OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet";
        var beside = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", name));
        return File.Exists(beside) ? beside : name;
    }
}
