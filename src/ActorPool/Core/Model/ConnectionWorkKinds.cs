namespace ActorPool.Core.Model;

/// <summary>Kinds of <see cref="ConnectionWork"/>.</summary>
internal static class ConnectionWorkKinds
{
    /// <summary>Work that undoes what a borrower left behind.</summary>
    public const ConnectionWork OfReset = ConnectionWork.Rollback | ConnectionWork.OnReturn | ConnectionWork.FullReset;

    /// <summary>Work that runs the user's code, which has its own time limit.</summary>
    public const ConnectionWork OfHooks = ConnectionWork.OnReturn | ConnectionWork.Check | ConnectionWork.Initialize;

    public static bool Has(this ConnectionWork work, ConnectionWork part) => (work & part) != 0;
}
