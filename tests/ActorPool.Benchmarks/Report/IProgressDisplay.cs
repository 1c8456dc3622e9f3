namespace ActorPool.Benchmarks.Report;

/// <summary>Shows the progress of a run.</summary>
internal interface IProgressDisplay
{
    /// <summary>The step that is running.</summary>
    void Show(string what);

    /// <summary>A scenario is over.</summary>
    void Done(string what);
}
