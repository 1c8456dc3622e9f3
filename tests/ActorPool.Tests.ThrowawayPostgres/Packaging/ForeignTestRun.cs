using System.Diagnostics;
using System.Globalization;
using ActorPool.TestSupport;

namespace ActorPool.Tests.ThrowawayPostgres.Packaging;

/// <summary>
/// <c>dotnet test</c> of a project that uses the package, in surroundings that are none of the best: another user (when this one is root)
/// without a home, a current folder that cannot be written, a temporary folder with blanks in its name, and variables for another PostgreSQL.
/// </summary>
internal sealed class ForeignTestRun : IDisposable
{
    private const string Nobody = "65534";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly Process _process;
    private readonly Task<string> _output;

    private ForeignTestRun(Process process, string temporary)
    {
        _process = process;
        Temporary = temporary;
        _output = process.StandardOutput.ReadToEndAsync();
    }

    public string Temporary { get; }

    /// <param name="assembly">That of the test project.</param>
    /// <param name="filter">As after <c>--filter</c>.</param>
    /// <param name="temporary">The temporary folder of the run, made here.</param>
    public static ForeignTestRun Start(string assembly, string filter, string temporary)
    {
        Directory.CreateDirectory(temporary);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(temporary, (UnixFileMode)0b111_111_111);
        string[] user = Environment.IsPrivilegedProcess ? ["--reuid", Nobody, "--regid", Nobody, "--clear-groups"] : [];
        var start = new ProcessStartInfo("setpriv", [.. user, "--", "dotnet", "test", assembly, "--filter", filter])
        {
            WorkingDirectory = "/",
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                ["HOME"] = "/nonexistent",
                ["TMPDIR"] = temporary,
                ["LANG"] = "tr_TR.UTF-8",
                ["LC_ALL"] = "xx_YY",
                ["PGDATA"] = "/nonexistent",
                ["PGHOST"] = "nowhere.invalid",
                ["PGPORT"] = "1",
                ["PGUSER"] = "stranger",
                ["PGPASSWORD"] = "secret",
                ["PGSSLMODE"] = "verify-full",
                ["DOTNET_CLI_HOME"] = temporary,
                ["DOTNET_CLI_UI_LANGUAGE"] = "en",
                ["DOTNET_GENERATE_ASPNET_CERTIFICATE"] = "false",
                ["DOTNET_NOLOGO"] = "1",
                ["CORECLR_ENABLE_PROFILING"] = "0",
            },
        };
        return new ForeignTestRun(Process.Start(start)!, temporary);
    }

    /// <summary>All that it wrote, at its end.</summary>
    public async Task<string> OutputAsync()
    {
        var errors = _process.StandardError.ReadToEndAsync();
        await _process.WaitForExitAsync().WaitAsync(Patience);
        return await _output + await errors;
    }

    /// <summary>The process that runs the tests and its server, as a test that waits has written them down.</summary>
    public async Task<(int ProcessId, string ConnectionString)> StartedAsync()
    {
        var file = Path.Combine(Temporary, "started");
        await Until.TrueAsync(() => File.Exists(file) || _process.HasExited, "the test has started its server", Patience);
        if (!File.Exists(file))
            Assert.Fail(await OutputAsync());
        var lines = await File.ReadAllLinesAsync(file);
        return (int.Parse(lines[0], CultureInfo.InvariantCulture), lines[1]);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }
}
