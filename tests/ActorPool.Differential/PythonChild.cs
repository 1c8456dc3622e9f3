using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json.Nodes;

namespace ActorPool.Differential;

/// <summary>The Python process with psycopg2: commands in and answers out, one JSON text a line.</summary>
internal sealed class PythonChild : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly Process _process;

    private PythonChild(Process process, string path, string version)
    {
        _process = process;
        Description = $"psycopg2 {version} of {path}";
    }

    public string Description { get; }

    /// <summary>Starts the given Python, or else the first usual one that has psycopg2.</summary>
    /// <exception cref="PythonUnavailableException">None was found; the message says what to install.</exception>
    public static async Task<PythonChild> StartAsync(string? path)
    {
        var tried = new List<string>();
        foreach (var candidate in path is null ? Usual() : [path])
        {
            if (await TryStartAsync(candidate, tried) is { } child)
                return child;
        }

        throw new PythonUnavailableException(tried);
    }

    public async Task<JsonNode> AskAsync(JsonObject command)
    {
        await _process.StandardInput.WriteLineAsync(command.ToJsonString());
        await _process.StandardInput.FlushAsync();
        return await AnswerAsync(_process) ?? throw new InvalidOperationException("The Python process has ended. What it wrote on its error output stands above.");
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        try
        {
            await _process.WaitForExitAsync().WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    // A package of the system is there for the system's Python only, which need not be the first on the PATH.
    private static string[] Usual() =>
        OperatingSystem.IsWindows() ? ["python", "python3"] : ["python3", "python", "/usr/bin/python3"];

    private static async Task<PythonChild?> TryStartAsync(string path, List<string> tried)
    {
        Process process;
        try
        {
            process = Process.Start(new ProcessStartInfo(path, ["-c", Script()]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        }
        catch (Win32Exception error)
        {
            tried.Add($"{path}: {error.Message}");
            return null;
        }

        var hello = await AnswerAsync(process);
        if (hello?["psycopg2"] is { } version)
            return new PythonChild(process, path, version.GetValue<string>());
        tried.Add($"{path}: {hello?["missing"]?.GetValue<string>() ?? "does not run the script"}");
        process.Dispose();
        return null;
    }

    private static async Task<JsonNode?> AnswerAsync(Process process) =>
        await process.StandardOutput.ReadLineAsync().WaitAsync(Patience) is { } line ? JsonNode.Parse(line) : null;

    private static string Script()
    {
        using var reader = new StreamReader(typeof(PythonChild).Assembly.GetManifestResourceStream("reference.py")!);
        return reader.ReadToEnd();
    }
}
