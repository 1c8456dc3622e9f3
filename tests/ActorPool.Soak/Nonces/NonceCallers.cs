using System.Diagnostics;
using System.Globalization;

namespace ActorPool.Soak.Nonces;

/// <summary>Callers that tell one statement after another, until all nonces are used.</summary>
internal sealed class NonceCallers(NonceOptions options, NonceStatements statements, Tally tally)
{
    private const int Keys = 16;
    private const int Thousand = 1000;

    private static readonly StatementOptions Plain = new();
    private static readonly StatementOptions[] Keyed = [.. Enumerable.Range(0, Keys).Select(key => new StatementOptions { Key = $"key-{key}" })];

    private readonly long[] _begun = new long[options.Callers];
    private long _last;

    /// <summary>Calls that were begun.</summary>
    public long Begun => Math.Min(Volatile.Read(ref _last), options.Statements);

    public Task RunAsync() => Task.WhenAll(Enumerable.Range(0, options.Callers).Select(caller => Task.Run(() => RunAsync(caller))));

    /// <exception cref="SoakFailedException">A call has been waiting for its answer for so long that it never comes.</exception>
    public void CheckNoneIsLost(TimeSpan longest)
    {
        for (var caller = 0; caller < options.Callers; caller++)
        {
            if (Volatile.Read(ref _begun[caller]) is var begun and not 0 && Stopwatch.GetElapsedTime(begun) > longest)
                throw new SoakFailedException(string.Create(CultureInfo.InvariantCulture, $"caller {caller} has no answer after {longest.TotalSeconds:0} s"));
        }
    }

    private async Task RunAsync(int caller)
    {
        var random = new Random((options.Seed * Thousand) + caller);
        try
        {
            while (Interlocked.Increment(ref _last) is var nonce && nonce <= options.Statements)
            {
                Volatile.Write(ref _begun[caller], Stopwatch.GetTimestamp());
                await CallAsync(nonce, random);
            }
        }
        catch (SoakFailedException)
        {
            // No other caller goes on either.
            Interlocked.Exchange(ref _last, options.Statements);
            throw;
        }
        finally
        {
            Volatile.Write(ref _begun[caller], 0);
        }
    }

    private async Task CallAsync(long nonce, Random random)
    {
        using var cancellation = random.Next(Thousand) < 20 ? new CancellationTokenSource(TimeSpan.FromMilliseconds(random.NextDouble() * 10)) : null;
        var call = new NonceCall(nonce, Options(random), cancellation?.Token ?? CancellationToken.None);
        var (name, runAsync) = Pick(random);
        try
        {
            await runAsync(call);
            tally.Count(name);
        }
        catch (Exception error) when (error is not SoakFailedException)
        {
            tally.Count($"{name}: {NonceOutcome.NameOf(error, call)}");
        }
    }

    private static StatementOptions Options(Random random) => random.Next(Thousand) switch
    {
        < 100 => Keyed[random.Next(Keys)],
        < 120 => Plain with { Timeout = TimeSpan.FromMilliseconds(0.5 + (random.NextDouble() * 10)) },
        _ => Plain,
    };

    private (string Name, Func<NonceCall, Task> RunAsync) Pick(Random random) => random.Next(Thousand) switch
    {
        < 100 => ("insert", statements.InsertAsync),
        < 140 => ("group", statements.GroupAsync),
        < 190 => ("failing echo", statements.FailingEchoAsync),
        < 220 => ("failing insert", statements.FailingInsertAsync),
        < 240 => ("failing group", statements.FailingGroupAsync),
        < 260 => ("rows", statements.RowsAsync),
        < 300 => ("repeatable echo", statements.RepeatedEchoAsync),
        < 301 => ("slow echo", statements.SlowEchoAsync),
        < 320 => ("asked insert", statements.AskedInsertAsync),
        < 325 => ("transaction", statements.TransactionAsync),
        _ => ("echo", statements.EchoAsync),
    };
}
