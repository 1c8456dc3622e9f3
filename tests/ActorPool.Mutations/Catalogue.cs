using System.Globalization;

namespace ActorPool.Mutations;

/// <summary>Every mutation, by what it breaks.</summary>
internal static partial class Catalogue
{
    public static IReadOnlyList<Mutation> All { get; } = [.. Waiting, .. Statements, .. Leases, .. Connections, .. Health, .. Keys, .. Operation];

    /// <summary>The mutation with a number, or those from one number to another.</summary>
    /// <exception cref="FormatException">There is no such number.</exception>
    public static IReadOnlyList<Mutation> Chosen(string numbers)
    {
        var ends = numbers.Split('-').Select(text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0).ToArray();
        return ends is [> 0 and var first, ..] && ends is [.., var last] && ends.Length <= 2 && first <= last && last <= All.Count
            ? [.. All.Skip(first - 1).Take(last - first + 1)]
            : throw new FormatException($"'{numbers}' names no mutation: they are 1 to {All.Count}. Use --list to see them.");
    }
}
