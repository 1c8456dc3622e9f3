namespace ActorPool.Benchmarks.Report;

/// <summary>A table as it is shown on the terminal and written as Markdown.</summary>
internal sealed record ReportTable(string Title, IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<string>> Rows, string Note = "");
