using System.Globalization;
using System.Text;

namespace ActorPool.Statements;

/// <summary>
/// The parts of an interpolated string up to one of them, and the text at its end. A string of the source is one object in the whole program, so a
/// path is found by references, and the text is composed and looked at once.
/// </summary>
/// <remarks>The paths of all texts form a tree, with the first literals at its roots.</remarks>
internal sealed class StatementPath
{
    private const int MostPaths = 2000;
    private const int MostCharacters = 1024 * 1024;
    private const int MostBranches = 32;

    private static readonly RecentlyUsed<StatementPath> Roots = new(ReferenceEqualityComparer.Instance, MostPaths, MostCharacters);

    private readonly StatementPath? _before;
    private readonly string? _part;
    private readonly bool _isHole;
    private readonly int _branch;
    private readonly StatementPath? _sibling;
    private StatementPath? _next;
    private StatementText? _text;

    private StatementPath(StatementPath? before, string? part, bool isHole, StatementPath? sibling)
    {
        (_before, _part, _isHole, _sibling) = (before, part, isHole, sibling);
        _branch = sibling is null ? 1 : sibling._branch + 1;
    }

    /// <summary>The text at the end of this path.</summary>
    /// <exception cref="ArgumentException">A hole is in a place where no value can be.</exception>
    public StatementText Text => _text ??= Compose();

    public static StatementPath Of(string literal) =>
        Roots.Find(literal) ?? Roots.Add(literal, new StatementPath(null, literal, isHole: false, sibling: null), literal.Length);

    public StatementPath Literal(string literal) => Find(literal, isHole: false);

    /// <summary>A hole follows.</summary>
    /// <param name="format">The name of a type of PostgreSQL; null for none.</param>
    public StatementPath Hole(string? format) => Find(format, isHole: true);

    private StatementPath Find(string? part, bool isHole)
    {
        var first = Volatile.Read(ref _next);
        for (var next = first; next is not null; next = next._sibling)
        {
            if (ReferenceEquals(next._part, part) && next._isHole == isHole)
                return next;
        }

        if (isHole && part is not null)
            TypeNameRule.Check(part);
        var added = new StatementPath(this, part, isHole, first);
        // If another thread was faster, or there are too many, this one is used once. Its text is the same.
        if (added._branch <= MostBranches && Interlocked.CompareExchange(ref _next, added, first) == first)
            Roots.Grow(part?.Length ?? 0);
        return added;
    }

    private StatementText Compose()
    {
        var path = new Stack<StatementPath>();
        for (var part = this; part is not null; part = part._before)
            path.Push(part);
        var text = new StringBuilder();
        var holes = new List<int>();
        foreach (var part in path)
        {
            if (part._isHole)
            {
                holes.Add(text.Length);
                text.Append(CultureInfo.InvariantCulture, $"${holes.Count}");
            }
            else
            {
                text.Append(part._part);
            }
        }

        var sql = text.ToString();
        HoleRule.Check(sql, holes);
        return StatementText.Of(sql);
    }
}
