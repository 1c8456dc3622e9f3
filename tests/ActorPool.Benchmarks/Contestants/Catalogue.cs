using ActorPool.Benchmarks.Options;

namespace ActorPool.Benchmarks.Contestants;

/// <summary>All contestants. Their code per call is the same but for the borrow and the return.</summary>
internal static class Catalogue
{
    public const string Bare = "bare";
    public const string Npgsql = "npgsql";
    public const string Baseline = "npgsql-noreset";
    public const string Facade = "actorpool";
    public const string Promise = "promise";

    private const string Rollback = "rollback if open";

    public static IReadOnlyList<ContestantKind> All { get; } =
    [
        new(Bare, "none, never returned", BareConnections.OpenAsync, MostCallers: BenchmarkOptions.Connections),
        new(Npgsql, "full, sent with the next command", setup => NpgsqlPool.OpenAsync(setup, noReset: false)),
        new(Baseline, Rollback, setup => NpgsqlPool.OpenAsync(setup, noReset: true)),
        new(Facade, Rollback, setup => FacadePool.OpenAsync(setup, settings => settings)),
        new("actorpool-discard", "full, on return; with the next command if a request waits", setup => FacadePool.OpenAsync(setup, settings => settings with { Reset = ResetMode.DiscardAll, PrependReset = true })),
        new("actorpool-ask", Rollback, AskPool.OpenAsync),
        new("actorpool-keyed", Rollback, setup => KeyedPool.OpenAsync(setup, settings => settings with { KeyAffinity = KeyAffinity.WhileHeld, DiscardOnKeyChange = false })),
        new("actorpool-sticky", "rollback if open; full when a session passes to another key, with its first command", setup => KeyedPool.OpenAsync(setup, settings => settings with { KeyAffinity = KeyAffinity.Sticky, PrependReset = true })),
    ];

    /// <summary>The lower bound for any request to an actor: a message, and the promise that it completes.</summary>
    public static ContestantKind BarePromise { get; } = new(Promise, "no connection", PromiseEcho.OpenAsync);
}
