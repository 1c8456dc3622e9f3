using ActorPool.Driver;

namespace ActorPool.Tests.Actors.Support;

/// <summary>Makes scripted connections and remembers the first thing that was done to one in the wrong order.</summary>
internal sealed class ScriptedSource : IConnectionSource
{
    public void EndWaiting()
    {
    }

    public List<ScriptedConnection> All { get; } = [];

    /// <summary>Whether a borrower has a lease of this connection that is not over.</summary>
    public Func<ScriptedConnection, bool> IsLent { get; set; } = _ => false;

    /// <summary>Runs in the manager, before it makes a connection.</summary>
    public Action? WhenCreated { get; set; }

    /// <summary>Every step of a connection ends well and at once.</summary>
    public bool IsInstant { get; init; }

    public string? Broken { get; private set; }

    public string Server => "nowhere";

    public string ConnectionString => "";

    public string? Limitation => null;

    public IPhysicalConnection Create()
    {
        WhenCreated?.Invoke();
        All.Add(new ScriptedConnection(this, All.Count + 1));
        return All[^1];
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>Noted, and not thrown: an exception here would be the pool's to cope with, and it would.</summary>
    public void Check(bool isRight, string wrong)
    {
        if (!isRight)
            Broken ??= wrong;
    }
}
