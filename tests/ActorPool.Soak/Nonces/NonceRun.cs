using System.Diagnostics;
using System.Globalization;

namespace ActorPool.Soak.Nonces;

/// <summary>
/// Many callers tell statements, each with a nonce; a tenth of the statements fail, backends are killed, connections cut, calls cancelled and timed
/// out. Every call must end, with the answer or the error of its own statement, and the table must hold what the callers were told.
/// </summary>
public sealed class NonceRun(NonceOptions options, Action<string> write)
{
    private static readonly TimeSpan Report = TimeSpan.FromSeconds(10);

    // The pool's own time-out of statements is half of it.
    private static readonly TimeSpan LongestAnswer = TimeSpan.FromSeconds(60);

    /// <exception cref="SoakFailedException">An answer was wrong or did not come.</exception>
    public async Task RunAsync()
    {
        write($"seed {options.Seed}, {options.Statements} statements, {options.Callers} callers");
        try
        {
            await using var world = await NonceWorld.CreateAsync(options.Seed);
            await RunAsync(world);
        }
        catch (Exception)
        {
            write($"FAILED at seed {options.Seed}. Again: dotnet run -c Release --project tests/ActorPool.Soak -- nonces --seed {options.Seed} --statements {options.Statements} --callers {options.Callers}");
            throw;
        }
    }

    private async Task RunAsync(NonceWorld world)
    {
        var (book, calls, faults) = (new NonceBook(options.Statements), new Tally(), new Tally());
        var callers = new NonceCallers(options, new NonceStatements(world.Pool, book), calls);
        using var end = new CancellationTokenSource();
        var start = Stopwatch.GetTimestamp();
        var faulting = new NonceFaults(world, options, faults).RunAsync(end.Token);
        var calling = callers.RunAsync();
        while (!calling.IsCompleted)
        {
            await Task.WhenAny(calling, faulting, Task.Delay(Report));
            callers.CheckNoneIsLost(LongestAnswer);
            if (faulting.IsFaulted)
                await faulting;
            write(string.Create(CultureInfo.InvariantCulture, $"{Stopwatch.GetElapsedTime(start).TotalSeconds,6:0} s  {callers.Begun} statements"));
        }

        await end.CancelAsync();
        await faulting;
        await calling;
        write($"calls: {calls}");
        write($"faults: {faults}");
        var (done, notDone) = await book.CompareAsync(world);
        write($"0 wrong, 0 lost; of the inserts with an unknown outcome {done} were carried out and {notDone} were not");
    }
}
