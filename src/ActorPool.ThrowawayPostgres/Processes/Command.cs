using System.ComponentModel;
using System.Diagnostics;

namespace ActorPool.ThrowawayPostgres.Processes;

/// <summary>Runs a short program to its end and keeps what it printed.</summary>
internal static class Command
{
    /// <param name="file">The program.</param>
    /// <param name="arguments">Its arguments, not quoted.</param>
    /// <param name="folder">Where it runs.</param>
    /// <param name="capture">
    /// False for a program that leaves a server behind on Windows: the server inherits the pipes there, and reading
    /// them to the end would wait for the server's end.
    /// </param>
    /// <param name="cancellationToken">Kills it.</param>
    public static async Task<CommandResult> RunAsync(
        string file,
        IEnumerable<string> arguments,
        string folder,
        bool capture = true,
        CancellationToken cancellationToken = default)
    {
        using var process = new Process();
        process.StartInfo = new ProcessStartInfo(file, arguments)
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            CreateNoWindow = true,
            RedirectStandardOutput = capture,
            RedirectStandardError = capture,
            // Messages in English.
            Environment = { ["LC_ALL"] = "C" },
        };
        // The caller's own settings for PostgreSQL are not for a throwaway server.
        var environment = process.StartInfo.Environment;
        foreach (var name in environment.Keys.Where(name => name.StartsWith("PG", StringComparison.Ordinal)).ToList())
            environment.Remove(name);

        process.Start();
        var output = capture ? process.StandardOutput.ReadToEndAsync(CancellationToken.None) : Task.FromResult("");
        var errors = capture ? process.StandardError.ReadToEndAsync(CancellationToken.None) : Task.FromResult("");
        try
        {
            await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        return new CommandResult(process.ExitCode, (await output.ConfigureAwait(false) + await errors.ConfigureAwait(false)).Trim());
    }

    /// <summary>Whether a Unix program exists and succeeds.</summary>
    public static bool Works(string file, IEnumerable<string> arguments)
    {
        try
        {
            return RunAsync(file, arguments, "/").GetAwaiter().GetResult().Succeeded;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}
