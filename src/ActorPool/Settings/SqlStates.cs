using System.Collections.ObjectModel;
using System.Data.Common;

namespace ActorPool;

/// <summary>A list of SQLSTATEs, or of their classes (the first two characters). Compared by content, as settings are.</summary>
internal sealed class SqlStates(IList<string> states) : ReadOnlyCollection<string>(states)
{
    private const int OfClass = 2;
    private const int OfState = 5;

    /// <exception cref="ArgumentException">An item is neither a SQLSTATE nor a class.</exception>
    public static SqlStates Of(IEnumerable<string> states, string name)
    {
        ArgumentNullException.ThrowIfNull(states, name);
        return new([.. states.Select(state => Checked(state, name)).Distinct()]);
    }

    /// <summary>Whether the error, or an error inside it, has one of these states.</summary>
    public bool Match(Exception error)
    {
        for (var cause = error; cause is not null; cause = cause.InnerException)
        {
            if ((cause as DbException)?.SqlState is { } state && this.Any(one => state.StartsWith(one, StringComparison.Ordinal)))
                return true;
        }

        return false;
    }

    public override bool Equals(object? obj) => obj is SqlStates other && this.SequenceEqual(other);

    public override int GetHashCode() => Count;

    public override string ToString() => $"[{string.Join(", ", this)}]";

    private static string Checked(string? state, string name)
    {
        var text = (state ?? "").Trim().ToUpperInvariant();
        return text.Length is OfClass or OfState && text.All(char.IsAsciiLetterOrDigit)
            ? text
            : throw new ArgumentException($"{name}: '{state}' is neither a SQLSTATE (five characters, as in 57P01) nor a class of them (the first two)", name);
    }
}
