using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;

namespace ActorPool.Tests.PostgreSQL.Hosting;

/// <summary>A web application in a child process, and the load on it.</summary>
internal sealed class HostedApp : IDisposable
{
    private const string Program = "ActorPool.HostedApp";
    private const int Callers = 8;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private readonly HttpClient _client;
    private readonly Task<string> _errors;

    private HostedApp(Process process, Uri address, Task<string> errors)
    {
        _process = process;
        _errors = errors;
        _client = new HttpClient { BaseAddress = address, Timeout = Patience };
    }

    public ConcurrentBag<HttpStatusCode> Answers { get; } = [];

    public static async Task<HostedApp> StartAsync(string connectionString, string variant)
    {
        var program = Path.Combine(AppContext.BaseDirectory.Replace("ActorPool.Tests.PostgreSQL", Program, StringComparison.Ordinal), Program + ".dll");
        var process = Process.Start(new ProcessStartInfo("dotnet", ["exec", program, connectionString, .. variant.Split(' ')])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        var seen = "";
        while (await process.StandardOutput.ReadLineAsync().WaitAsync(Patience) is { } line)
        {
            if (line.StartsWith("listening ", StringComparison.Ordinal))
                return new HostedApp(process, new Uri(line.Split(' ')[1]), errors);
            seen += line + "\n";
        }

        throw new InvalidOperationException($"The application ended early: {seen}{await errors}");
    }

    /// <summary>Sends requests until nothing listens.</summary>
    public Task LoadAsync() => Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => CallAsync(caller % 2 == 0 ? "/" : "/ask")));

    public async Task PressAsync(string path)
    {
        using var response = await _client.PostAsync(new Uri(path, UriKind.Relative), content: null);
        response.EnsureSuccessStatusCode();
    }

    public async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", ["-s", signal, "--", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
        Assert.Equal(0, kill.ExitCode);
    }

    /// <summary>The exit code and the output, which is empty when all went well.</summary>
    public async Task<(int ExitCode, string Words)> EndAsync()
    {
        var words = await _process.StandardOutput.ReadToEndAsync().WaitAsync(Patience);
        await _process.WaitForExitAsync().WaitAsync(Patience);
        return (_process.ExitCode, words + await _errors);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
        _client.Dispose();
    }

    private async Task CallAsync(string path)
    {
        while (true)
        {
            try
            {
                using var response = await _client.GetAsync(new Uri(path, UriKind.Relative));
                Answers.Add(response.StatusCode);
            }
            catch (HttpRequestException)
            {
                // The server closed its socket between two requests or for good, without an answer.
                if (!await ListensAsync())
                    return;
            }
        }
    }

    private async Task<bool> ListensAsync()
    {
        using var socket = new System.Net.Sockets.TcpClient();
        try
        {
            await socket.ConnectAsync(_client.BaseAddress!.Host, _client.BaseAddress.Port);
            return true;
        }
        catch (System.Net.Sockets.SocketException)
        {
            return false;
        }
    }
}
