using System.Globalization;
using System.Runtime.InteropServices;

namespace ActorPool.Faults;

/// <summary>A backend of a throwaway server that is stopped by a signal, and goes on when this is disposed.</summary>
public sealed class StoppedBackend : IDisposable
{
    private const int Continue = 18;
    private const int Stop = 19;

    private readonly int _processId;

    private StoppedBackend(int processId) => _processId = processId;

    /// <param name="processId">Of a server that the caller has started.</param>
    /// <exception cref="InvalidOperationException">It is not a process of this machine, or not one that may be stopped.</exception>
    public static StoppedBackend Of(int processId)
    {
        if (Signal(processId, Stop) != 0)
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"Process {processId} cannot be stopped."));
        return new StoppedBackend(processId);
    }

    public void Dispose() => _ = Signal(_processId, Continue);

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int Signal(int processId, int signal);
}
