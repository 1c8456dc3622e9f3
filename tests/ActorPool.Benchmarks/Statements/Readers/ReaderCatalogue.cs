using ActorPool.Benchmarks.Options;

namespace ActorPool.Benchmarks.Statements.Readers;

/// <summary>All contestants. Each has the same number of connections, and the driver prepares the statement by itself.</summary>
internal static class ReaderCatalogue
{
    public const string Told = "statements";
    public const string Lease = "leases";
    public const string Npgsql = "npgsql-noreset";
    public const string Multiplexing = "npgsql-multiplexing";

    /// <summary>Of this pool's statements in a plot.</summary>
    public const char ToldMark = 'S';

    public static IReadOnlyList<KeyReaderKind> All { get; } =
    [
        new(Told, ToldMark, ToldReader.OpenAsync),
        new(Lease, 'L', LeaseReader.OpenAsync),
        new(Npgsql, 'N', NpgsqlReader.OpenAsync),
        new(Multiplexing, 'M', MultiplexingReader.OpenAsync),
        new("bare", 'B', BareReader.OpenAsync, MostCallers: BenchmarkOptions.Connections),
    ];
}
