using ActorPool.Core.Model;

namespace ActorPool.Core.Statements;

/// <summary>
/// What was learned of the texts of statements: whether one is fast or slow. A slow statement has a batch of its own, and of each unknown text at most
/// one stands in a batch, at its end: so only that statement can suffer from what it turns out to be.
/// </summary>
/// <param name="policy">The pool's settings.</param>
internal sealed class TextPaces(PoolPolicy policy)
{
    /// <summary>The most texts that are remembered; beyond it the one that was run least recently is forgotten.</summary>
    internal const int MostTexts = 1000;

    /// <summary>A result with more rows is slow to read.</summary>
    internal const int ManyRows = 1000;

    /// <summary>A larger result, in bytes, is slow to read.</summary>
    internal const long ManyBytes = 64 * 1024;

    // A moving average follows a change within some tens of runs, and a single late answer does not make a statement slow.
    private const double Weight = 1.0 / 8;

    private readonly Dictionary<object, Entry> _entries = new(ReferenceEqualityComparer.Instance);
    private readonly IntrusiveList<Entry, Entry.ByUse> _byUse = new();

    /// <summary>What is known of the text of a statement.</summary>
    public Pace PaceOf(ToldStatement statement) =>
        !_entries.TryGetValue(statement.Text, out var entry) ? Pace.Unknown : IsSlow(entry) ? Pace.Slow : Pace.Fast;

    /// <summary>A statement has been run: notes how long it took, and how much it returned.</summary>
    public void Learn(ToldStatement statement)
    {
        if (_entries.TryGetValue(statement.Text, out var entry))
        {
            entry.Ticks += (statement.Took.Ticks - entry.Ticks) * Weight;
            entry.Rows += (statement.RowsRead - entry.Rows) * Weight;
            entry.Bytes += (statement.BytesRead - entry.Bytes) * Weight;
            _byUse.Remove(entry);
        }
        else
        {
            if (_entries.Count == MostTexts)
                Forget(_byUse.First!);
            entry = new Entry(statement.Text) { Ticks = statement.Took.Ticks, Rows = statement.RowsRead, Bytes = statement.BytesRead };
            _entries.Add(statement.Text, entry);
        }

        _byUse.AddLast(entry);
    }

    /// <summary>The room's invariant; null while it holds.</summary>
    public string? Violation() => _entries.Count == _byUse.Count && _entries.Count <= MostTexts ? null : $"{_entries.Count} texts are remembered";

    private bool IsSlow(Entry entry) => entry.Ticks > policy.SlowAfter.Ticks || entry.Rows > ManyRows || entry.Bytes > ManyBytes;

    private void Forget(Entry entry)
    {
        _byUse.Remove(entry);
        _entries.Remove(entry.Text);
    }

    private sealed class Entry(object text)
    {
        private Links<Entry> _links;

        public object Text { get; } = text;

        public double Ticks { get; set; }

        public double Rows { get; set; }

        public double Bytes { get; set; }

        public readonly struct ByUse : ILinked<Entry>
        {
            public static ref Links<Entry> LinksOf(Entry item) => ref item._links;
        }
    }
}
