using ActorPool.Demo.Checks;

namespace ActorPool.Demo.Display;

/// <summary>Shows a run to a person.</summary>
internal interface IDisplay
{
    /// <summary>Tells what will be seen.</summary>
    void Introduce(string server, string work);

    /// <summary>Shows the run until its work has ended, however it ends.</summary>
    /// <param name="look">Gives what there is to see now.</param>
    /// <param name="events">What happened besides.</param>
    /// <param name="work">The work.</param>
    Task ShowAsync(Func<Snapshot> look, EventFeed events, Task work);

    /// <summary>Tells what was found.</summary>
    void Conclude(Verdict verdict);
}
