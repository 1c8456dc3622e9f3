using System.Text;

namespace ActorPool.Benchmarks.Report;

/// <summary>The report as a Markdown file.</summary>
internal static class Markdown
{
    public static string Of(string title, IEnumerable<string> introduction, IEnumerable<ReportTable> tables, IEnumerable<string> plots)
    {
        var text = new StringBuilder().Append("# ").Append(title).Append("\n\n");
        foreach (var line in introduction)
            text.Append(line).Append("\n\n");
        foreach (var plot in plots)
            text.Append("![](").Append(plot).Append(")\n\n");
        foreach (var table in tables)
            Append(text, table);
        return text.ToString();
    }

    private static void Append(StringBuilder text, ReportTable table)
    {
        text.Append("## ").Append(table.Title).Append("\n\n");
        AppendRow(text, table.Columns);
        AppendRow(text, [.. table.Columns.Select(_ => "---")]);
        foreach (var row in table.Rows)
            AppendRow(text, row);
        text.Append('\n');
        if (table.Note.Length > 0)
            text.Append(table.Note).Append("\n\n");
    }

    private static void AppendRow(StringBuilder text, IReadOnlyList<string> cells) =>
        text.Append("| ").AppendJoin(" | ", cells.Select(cell => cell.Replace("|", "\\|", StringComparison.Ordinal))).Append(" |\n");
}
