using Spectre.Console;

namespace ActorPool.Benchmarks.Report;

/// <summary>Shows the report's tables on the terminal.</summary>
internal static class Terminal
{
    // A file has no width: lines wrap as on a wide terminal.
    private const int WidthOfFile = 220;

    public static void Prepare()
    {
        if (Console.IsOutputRedirected)
            AnsiConsole.Profile.Width = WidthOfFile;
    }

    public static void Say(IEnumerable<string> lines)
    {
        AnsiConsole.WriteLine();
        foreach (var line in lines)
            AnsiConsole.WriteLine(line);
    }

    public static void Show(ReportTable table)
    {
        var shown = new Table { Border = TableBorder.Rounded, Title = new TableTitle(Markup.Escape(table.Title)) };
        foreach (var column in table.Columns)
            shown.AddColumn(new TableColumn(Markup.Escape(column)) { Padding = new Padding(0, 0, 1, 0) });
        foreach (var row in table.Rows)
            shown.AddRow([.. row.Select(Markup.Escape)]);
        AnsiConsole.WriteLine();
        AnsiConsole.Write(shown);
        if (table.Note.Length > 0)
            AnsiConsole.WriteLine(table.Note);
    }
}
