using ActorPool.ThrowawayPostgres.Guarding;

namespace ActorPool.ThrowawayPostgres;

/// <summary>The entry point of the guard, as which the library starts its own assembly in another process.</summary>
internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        if (args is not [var folder, var binaries])
        {
            await Console.Error.WriteLineAsync("This is a library. Its own processes alone start it as a program.").ConfigureAwait(false);
            return 2;
        }

        await Guard.RunAsync(folder, binaries).ConfigureAwait(false);
        return 0;
    }
}
