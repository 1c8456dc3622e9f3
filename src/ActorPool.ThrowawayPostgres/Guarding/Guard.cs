using System.Runtime.InteropServices;
using ActorPool.ThrowawayPostgres.Clusters;
using ActorPool.ThrowawayPostgres.Discovery;

namespace ActorPool.ThrowawayPostgres.Guarding;

/// <summary>
/// The process that outlives the owner of a cluster. Its standard input is a pipe that only the owner holds: when it
/// ends, the owner is done or dead, and the guard removes what is left.
/// </summary>
internal static class Guard
{
    public const string Ready = "ready";

    public static async Task RunAsync(string folder, string binaries)
    {
        // Before the word "ready": Ctrl+C and a closing terminal reach the whole process group, and the guard must
        // survive them to do its work.
        PosixSignal[] deaf = [PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP, PosixSignal.SIGQUIT];
        var registrations = deaf.Select(signal => PosixSignalRegistration.Create(signal, context => context.Cancel = true)).ToList();

        await Console.Out.WriteLineAsync(Ready).ConfigureAwait(false);
        using var input = Console.OpenStandardInput();
        await input.CopyToAsync(Stream.Null).ConfigureAwait(false);
        await ClusterRemoval.RunAsync(new PostgresBinaries(binaries), new ClusterFolder(folder)).ConfigureAwait(false);

        registrations.ForEach(registration => registration.Dispose());
    }
}
