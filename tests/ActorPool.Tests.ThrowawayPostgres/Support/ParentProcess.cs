using System.Diagnostics;
using System.Globalization;
using ActorPool.ThrowawayPostgres.Clusters;

namespace ActorPool.Tests.ThrowawayPostgres.Support;

/// <summary>Another process that owns servers, leader of a process group so that signals can be sent to all of it.</summary>
internal sealed class ParentProcess : IDisposable
{
    private readonly Process _process;
    private readonly string _temporary;

    private ParentProcess(Process process, string temporary)
    {
        _process = process;
        _temporary = temporary;
    }

    /// <summary>Starts <see cref="TwoServersParent"/>.</summary>
    /// <param name="existingServer">The connection string that it finds in its environment.</param>
    /// <param name="variable">One more variable of its environment.</param>
    public static ParentProcess Start(string? existingServer = null, (string Name, string Value)? variable = null)
    {
        string[] arguments = existingServer is null ? [] : [existingServer];
        var start = new ProcessStartInfo("setsid", ["dotnet", "exec", typeof(ParentProcess).Assembly.Location, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // A place of its own: the start of another server sweeps the usual one, and would do the work of a missing guard.
        var temporary = Directory.CreateDirectory(Path.Combine(ClusterFolder.Parent, $"parent-{Guid.NewGuid():N}")).FullName;
        start.Environment["TMPDIR"] = temporary;
        if (variable is var (name, value))
            start.Environment[name] = value;
        return new ParentProcess(Process.Start(start)!, temporary);
    }

    /// <summary>The next line that tells how to connect.</summary>
    public async Task<string> ConnectionStringAsync()
    {
        for (var seen = "";;)
        {
            var line = await _process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(30));
            if (line is null)
                Assert.Fail($"It ended early: {seen}{await _process.StandardError.ReadToEndAsync()}");
            if (line.StartsWith("Host=", StringComparison.Ordinal))
                return line;
            seen += line + "\n";
        }
    }

    /// <summary>What it wrote about its error.</summary>
    public async Task<string> ErrorsAsync() => await _process.StandardError.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(60));

    public Task KillAsync() => SignalAsync("KILL", _process.Id.ToString(CultureInfo.InvariantCulture));

    /// <summary>With all its descendants, as test hosts and IDEs do it.</summary>
    public void KillTree() => _process.Kill(entireProcessTree: true);

    public Task SignalGroupAsync(string signal) => SignalAsync(signal, $"-{_process.Id.ToString(CultureInfo.InvariantCulture)}");

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
        Directory.Delete(_temporary, recursive: true);
    }

    private static async Task SignalAsync(string signal, string target)
    {
        using var kill = Process.Start("kill", ["-s", signal, "--", target]);
        await kill.WaitForExitAsync();
        Assert.Equal(0, kill.ExitCode);
    }
}
