using System.Diagnostics;
using System.Globalization;
using ActorPool.ThrowawayPostgres;

namespace ActorPool.Tests.ThrowawayPostgres.Support;

/// <summary>Another process that owns servers, leader of a process group so that signals can be sent to all of it.</summary>
internal sealed class ParentProcess : IDisposable
{
    private readonly Process _process;

    private ParentProcess(Process process) => _process = process;

    public static string ServerProgram => typeof(PostgresServer).Assembly.Location;

    public static string TwoServersProgram => typeof(ParentProcess).Assembly.Location;

    public static ParentProcess Start(string program, string[] arguments, string? existingServer = null)
    {
        var start = new ProcessStartInfo("setsid", ["dotnet", "exec", program, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { [PostgresServer.EnvironmentVariable] = existingServer },
        };
        return new ParentProcess(Process.Start(start)!);
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

    public Task KillAsync() => SignalAsync("KILL", _process.Id.ToString(CultureInfo.InvariantCulture));

    public Task SignalGroupAsync(string signal) => SignalAsync(signal, $"-{_process.Id.ToString(CultureInfo.InvariantCulture)}");

    public async Task<(int ExitCode, string Errors)> EndAsync()
    {
        var errors = await _process.StandardError.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(15));
        await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(15));
        return (_process.ExitCode, errors);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }

    private static async Task SignalAsync(string signal, string target)
    {
        using var kill = Process.Start("kill", ["-s", signal, "--", target]);
        await kill.WaitForExitAsync();
        Assert.Equal(0, kill.ExitCode);
    }
}
