using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;

namespace ActorPool.Tests.PostgreSQL.Psycopg2;

/// <summary>A pool that takes part in a comparison, on backends of its own: their application name is the party's.</summary>
internal abstract class Party(string name, string application, ServerView view) : IAsyncDisposable
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

    /// <summary>What is to be seen once it is as expected, or at last when it does not come to that in time.</summary>
    public async Task<Observation> ObserveAsync(Observation expected)
    {
        for (var clock = Stopwatch.StartNew(); ;)
        {
            // Read before the backends: what was settled then cannot change any more.
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

    /// <summary>Nothing is under way any more, as far as the party can tell.</summary>
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
