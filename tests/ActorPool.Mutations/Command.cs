using System.Collections.Concurrent;
using System.Diagnostics;

namespace ActorPool.Mutations;

/// <summary>A run of <c>dotnet</c> that ends at its time limit, or at a line after which the rest does not matter.</summary>
internal sealed class Command(string folder, string[] arguments)
{
    // A core that decides in a circle would take all memory before its time is up.
    private const string MostMemory = "0x80000000";

    private readonly ConcurrentQueue<string> _lines = new();

    /// <summary>Its output, in order.</summary>
    public IEnumerable<string> Lines => _lines;

    public async Task<Ending> RunAsync(TimeSpan most, Func<string, bool> isEnough)
    {
        var start = new ProcessStartInfo("dotnet", arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DOTNET_GCHeapHardLimit"] = MostMemory;
        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        using var enough = new CancellationTokenSource();
        using var process = new Process { StartInfo = start };
        void Read(object sender, DataReceivedEventArgs read)
        {
            if (read.Data is not { } line)
                return;
            _lines.Enqueue(line);
            if (isEnough(line))
                enough.Cancel();
        }

        process.OutputDataReceived += Read;
        process.ErrorDataReceived += Read;
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(enough.Token);
        timeout.CancelAfter(most);
        try
        {
            await process.WaitForExitAsync(timeout.Token);
            return process.ExitCode == 0 ? Ending.Success : Ending.Failure;
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
            return enough.IsCancellationRequested ? Ending.Failure : Ending.TimedOut;
        }
    }
}
