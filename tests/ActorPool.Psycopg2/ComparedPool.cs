using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;

namespace ActorPool.Psycopg2;

/// <summary>A pool in a comparison. The server knows its backends by their application name.</summary>
public abstract class ComparedPool(string name, string application, ServerView view) : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private readonly Dictionary<int, int> _numbers = [];

    public string Name => name;

    protected ServerView View => view;

    [SuppressMessage("Design", "CA1031", Justification = "Every error is an answer to be compared.")]
    public async Task<Answer> DoAsync(Call call)
    {
        try
        {
            return await AnswerAsync(call);
        }
        catch (Exception error)
        {
            return Answer.Unexpected($"{error.GetType().Name}: {error.Message}");
        }
    }

    /// <summary>Observes until the expected is seen. After ten seconds the last observation is the result.</summary>
    public async Task<Observation> ObserveAsync(Observation expected)
    {
        for (var clock = Stopwatch.StartNew(); ;)
        {
            // Read before the backends: once settled, they no longer change.
            var settled = IsSettled;
            var (idle, lent) = expected.Idle is null ? (null, null) : await CountsAsync();
            var rows = await view.BackendsAsync(application);
            var backends = rows.Select(r => Observation.Backend(_numbers.GetValueOrDefault(r.Pid), r.State, r.Marked));
            var seen = new Observation([.. backends.Order(StringComparer.Ordinal)], idle, lent);
            if ((settled && seen.Equals(expected)) || clock.Elapsed > Patience)
                return seen;
        }
    }

    public abstract ValueTask DisposeAsync();

    /// <summary>Nothing is in flight, as far as the pool can tell.</summary>
    protected virtual bool IsSettled => true;

    protected abstract Task<(int? Idle, int? Lent)> CountsAsync();

    protected abstract Task<Answer> AnswerAsync(Call call);

    /// <summary>The number of the connection with this backend, by first appearance.</summary>
    protected int NumberOf(int pid)
    {
        if (!_numbers.TryGetValue(pid, out var number))
            _numbers.Add(pid, number = _numbers.Count + 1);
        return number;
    }
}
