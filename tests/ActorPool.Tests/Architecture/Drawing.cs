using System.Text.RegularExpressions;

namespace ActorPool.Tests.Architecture;

/// <summary>A picture of docs/architecture.md: the rooms of one folder of the sources, and which may use which.</summary>
/// <param name="Folder">The folder below the library's, as the picture's comment names it; empty for the library.</param>
/// <param name="Arrows">From the user to the used.</param>
/// <param name="Public">The rooms that every room above them may use, drawn in rounded boxes.</param>
internal sealed partial record Drawing(string Folder, IReadOnlySet<Arrow> Arrows, IReadOnlySet<string> Public)
{
    private readonly Lazy<ILookup<Arrow, Use>> _arrowsOfSources = new(() => FindArrows(Folder));

    /// <summary>The files and folders of the library that the document names, without their extension.</summary>
    public static IEnumerable<string> Places => Place().Matches(Text).Select(place => place.Groups["place"].Value);

    private static string Text => File.ReadAllText(Path.Combine(LibrarySources.Folder, "docs", "architecture.md"));

    /// <summary>The pictures, by the folder that each shows.</summary>
    public static IReadOnlyDictionary<string, Drawing> All { get; } =
        Picture().Matches(Text)
        .Select(picture => new Drawing(picture.Groups["folder"].Value, ArrowsIn(picture.Groups["body"].Value), PublicIn(picture.Groups["body"].Value)))
        .ToDictionary(drawing => drawing.Folder);

    /// <summary>The arrows of the sources between the rooms of this picture, each with the places that draw it.</summary>
    public ILookup<Arrow, Use> ArrowsOfSources => _arrowsOfSources.Value;

    public bool Allows(Arrow arrow) => Arrows.Contains(arrow) || (Public.Contains(arrow.Used) && Reaches(Arrows, arrow.User, arrow.Used));

    /// <summary>Whether a way along the arrows leads from one room to the other.</summary>
    public static bool Reaches(IReadOnlySet<Arrow> arrows, string from, string to)
    {
        var seen = new HashSet<string> { from };
        var open = new Queue<string>(seen);
        while (open.TryDequeue(out var room))
        {
            foreach (var arrow in arrows.Where(arrow => arrow.User == room && seen.Add(arrow.Used)))
                open.Enqueue(arrow.Used);
        }

        return seen.Contains(to);
    }

    private static ILookup<Arrow, Use> FindArrows(string folder) => (
        from use in LibrarySources.Uses
        let user = RoomOf(folder, use.File)
        where user is not null
        from file in LibrarySources.DeclaringFiles(use.Type)
        let used = RoomOf(folder, file)
        where used is not null && used != user
        select (Arrow: new Arrow(user, used), Use: use)).Distinct().ToLookup(pair => pair.Arrow, pair => pair.Use);

    /// <summary>The room of a file: the folder in which it lies, or the root for a file that lies in none. Null outside of the picture.</summary>
    private static string? RoomOf(string folder, string file)
    {
        var prefix = folder == "" ? "" : $"{folder}/";
        if (!file.StartsWith(prefix, StringComparison.Ordinal))
            return null;
        var path = file[prefix.Length..].Split('/');
        return path.Length > 1 ? path[0] : "Root";
    }

    private static HashSet<Arrow> ArrowsIn(string picture) =>
        [.. from line in ArrowLine().Matches(picture)
            from user in line.Groups["users"].Value.Split('&', StringSplitOptions.TrimEntries)
            from used in line.Groups["used"].Value.Split('&', StringSplitOptions.TrimEntries)
            select new Arrow(user, used)];

    private static HashSet<string> PublicIn(string picture) => [.. RoundedBox().Matches(picture).Select(box => box.Groups["room"].Value)];

    [GeneratedRegex(@"^```mermaid\r?\n%% src/ActorPool/?(?<folder>[\w/]*)\r?\n(?<body>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Picture();

    [GeneratedRegex(@"^ *(?<users>\w+( & \w+)*) --> (?<used>\w+( & \w+)*) *\r?$", RegexOptions.Multiline)]
    private static partial Regex ArrowLine();

    [GeneratedRegex(@"`(?!src/)(?<place>\w+(/[\w.]+)+)`")]
    private static partial Regex Place();

    [GeneratedRegex(@"^ *(?<room>\w+)\(\[", RegexOptions.Multiline)]
    private static partial Regex RoundedBox();
}

/// <summary>One room uses another.</summary>
internal readonly record struct Arrow(string User, string Used)
{
    public override string ToString() => $"{User} --> {Used}";
}
