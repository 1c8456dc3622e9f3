using ActorPool.Benchmarks.Options;
using ActorPool.Benchmarks.Sessions;

namespace ActorPool.Benchmarks.Scenarios;

/// <summary>The groups of scenarios, each a table of the report.</summary>
internal enum ScenarioKind
{
    Select1,
    KeyRead,
    Transaction,

    /// <summary>SELECT 1 at fixed arrival rates.</summary>
    Open,

    /// <summary>Borrow and return with nothing between.</summary>
    Empty,
    Sessions,

    /// <summary>One message to the pool's core while others wait.</summary>
    Message,
}

/// <summary>Their names on the command line and in the report.</summary>
internal static class ScenarioKinds
{
    public static IEnumerable<string> Names => Enum.GetValues<ScenarioKind>().Select(NameOf);

    public static ScenarioKind? Find(string name) =>
        Enum.GetValues<ScenarioKind>().Cast<ScenarioKind?>().FirstOrDefault(kind => NameOf(kind!.Value) == name);

    public static string NameOf(ScenarioKind kind) => kind switch
    {
        ScenarioKind.KeyRead => "key-read",
        ScenarioKind.Select1 => "select1",
        ScenarioKind.Transaction => "transaction",
        ScenarioKind.Open => "open",
        ScenarioKind.Empty => "empty",
        ScenarioKind.Sessions => "sessions",
        _ => "message",
    };

    public static string TitleOf(ScenarioKind kind) => kind switch
    {
        ScenarioKind.Select1 => "Prepared SELECT 1, closed loop",
        ScenarioKind.KeyRead => "Read of one row by primary key, closed loop",
        ScenarioKind.Transaction => "Small transaction (update, select, commit), closed loop",
        ScenarioKind.Open => "Prepared SELECT 1, open loop: latency from the intended arrival",
        ScenarioKind.Empty => "Borrow and return with nothing between",
        ScenarioKind.Sessions => "Sessions of 1,000 keys (Zipf), 8 callers",
        _ => "One message to the core (a request that queues and is cancelled) while others wait",
    };

    /// <summary>A note for the reader of the table, or nothing.</summary>
    public static string NoteOf(ScenarioKind kind) => kind switch
    {
        ScenarioKind.Open => $"At most {BenchmarkOptions.MostInFlight} calls are in flight at once. A call that arrives beyond that waits, and its wait counts.",
        ScenarioKind.Empty => "Latencies are of every fiftieth call. 'promise' is a message to an actor and the promise it keeps: the lower bound for any request to an actor.",
        ScenarioKind.Sessions => SessionSetup.Description,
        _ => "",
    };
}
