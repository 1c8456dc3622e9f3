using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace ActorPool.DataSources;

/// <summary>Where a connection was opened, for the pool's reports of leaks and long holds.</summary>
/// <remarks>
/// A library calls <c>Open</c>, so the caller's place says nothing. The place in the application is found on the stack, which costs some ten
/// microseconds: only where the settings ask for leak warnings.
/// </remarks>
internal static class OpeningPlace
{
    private const string Unknown = "a PooledDataSource";

    /// <param name="isWanted">Whether a leak is to be reported with its place.</param>
    public static (string File, int Line) Find(bool isWanted) => isWanted ? OnStack() : (Unknown, 0);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static (string File, int Line) OnStack()
    {
        // The debug information of the application is at hand; that of installed packages usually is not.
        foreach (var frame in new StackTrace(skipFrames: 1, fNeedFileInfo: true).GetFrames())
        {
            if (frame.GetFileName() is { } file && frame.GetMethod()?.Module.Assembly != typeof(OpeningPlace).Assembly)
                return ($"{file}:{frame.GetFileLineNumber()}, through {Unknown}", 0);
        }

        return (Unknown, 0);
    }
}
