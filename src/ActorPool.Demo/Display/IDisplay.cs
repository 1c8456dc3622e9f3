using ActorPool.Demo.Checks;

namespace ActorPool.Demo.Display;

/// <summary>Shows a run to a person.</summary>
internal interface IDisplay
{
    /// <summary>Shows the plan of the run.</summary>
    void Introduce(string server, string work);

    /// <summary>Shows the run until its work has ended, however it ends.</summary>
    /// <param name="look">Returns the present numbers.</param>
    /// <param name="events">The events of the run.</param>
    /// <param name="work">The work.</param>
    Task ShowAsync(Func<Snapshot> look, EventFeed events, Task work);

    /// <summary>Shows the verdict.</summary>
    void Conclude(Verdict verdict);
}
