using System.Text.Json.Nodes;
using ActorPool.Psycopg2;
using Npgsql;

namespace ActorPool.Differential;

/// <summary>psycopg2's own pool.</summary>
internal sealed class Psycopg2Pool : ComparedPool
{
    private readonly PythonChild _python;

    private Psycopg2Pool(string name, string application, ServerView view, PythonChild python)
        : base(name, application, view) => _python = python;

    public static async Task<Psycopg2Pool> StartAsync(bool simple, string connectionString, CallSequence sizes, ServerView view, PythonChild python)
    {
        var text = new NpgsqlConnectionStringBuilder(connectionString);
        var connect = new JsonObject
        {
            ["host"] = text.Host,
            ["port"] = text.Port,
            ["dbname"] = text.Database,
            ["user"] = text.Username,
            ["password"] = text.Password,
            ["sslmode"] = text.SslMode is SslMode.VerifyCA ? "verify-ca" : text.SslMode is SslMode.VerifyFull ? "verify-full" : $"{text.SslMode}".ToLowerInvariant(),
            ["application_name"] = text.ApplicationName,
        };
        var answer = await python.AskAsync(new JsonObject
        {
            ["do"] = "start",
            ["kind"] = simple ? "simple" : "threaded",
            ["min"] = sizes.Min,
            ["max"] = sizes.Max,
            ["connect"] = connect,
        });
        return answer["unexpected"] is { } error
            ? throw new InvalidOperationException($"psycopg2 could not start its pool: {error}")
            : new Psycopg2Pool(simple ? "psycopg2 Simple" : "psycopg2 Threaded", text.ApplicationName!, view, python);
    }

    public override async ValueTask DisposeAsync() => await _python.AskAsync(new JsonObject { ["do"] = "finish" });

    protected override async Task<(int? Idle, int? Lent)> CountsAsync()
    {
        var counts = await _python.AskAsync(new JsonObject { ["do"] = "counts" });
        return (counts["idle"]!.GetValue<int>(), counts["lent"]!.GetValue<int>());
    }

    protected override async Task<Answer> AnswerAsync(Call call)
    {
        if (call.Kind == CallKind.Kill)
        {
            var backend = await _python.AskAsync(new JsonObject { ["do"] = "pid", ["handle"] = call.Handle });
            await View.TerminateAsync(backend["pid"]!.GetValue<int>());
            return Answer.Done;
        }

        var answer = await _python.AskAsync(new JsonObject
        {
            ["do"] = call.Kind is CallKind.Dispose or CallKind.PutStranger ? "put" : $"{call.Kind}".ToLowerInvariant(),
            ["handle"] = call.Kind == CallKind.PutStranger ? "stranger" : call.Handle,
            ["keyed"] = call.Key is not null,
            ["key"] = call.Key is int number ? number : (string?)call.Key,
            ["close"] = call.Close,
        });
        if (answer["unexpected"] is { } error)
            return Answer.Unexpected(error.GetValue<string>());
        if (answer["refused"] is { } refusal)
            return Refusal(refusal.GetValue<string>());
        return answer["pid"] is { } pid
            ? Answer.Connection(NumberOf(pid.GetValue<int>()), answer["again"]!.GetValue<bool>())
            : Answer.Done;
    }

    private static Answer Refusal(string text) => text switch
    {
        "connection pool is closed" => Answer.Closed,
        "connection pool exhausted" => Answer.Exhausted,
        "trying to put unkeyed connection" => Answer.Unkeyed,
        _ => Answer.Unexpected(text),
    };
}
