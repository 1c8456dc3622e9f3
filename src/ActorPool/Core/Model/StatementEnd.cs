namespace ActorPool.Core.Model;

/// <summary>What became of a statement in a batch.</summary>
internal enum StatementEnd : byte
{
    /// <summary>The batch has not come to it: it did not run.</summary>
    None,

    /// <summary>Its caller has the answer, or has given up.</summary>
    Answered,

    /// <summary>It certainly did not run: it is queued again, in its old place.</summary>
    NotRun,

    /// <summary>It had no effect: it is queued again in its old place, and runs alone.</summary>
    RunAgain,

    /// <summary>It may have been carried out, and its caller permits that it is run twice: it is queued again in its old place.</summary>
    Repeat,
}
