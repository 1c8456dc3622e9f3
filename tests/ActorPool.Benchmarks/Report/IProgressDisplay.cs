namespace ActorPool.Benchmarks.Report;

/// <summary>Tells whoever waits what is going on.</summary>
internal interface IProgressDisplay
{
    /// <summary>What is under way.</summary>
    void Show(string what);

    /// <summary>A scenario is over.</summary>
    void Done(string what);
}
