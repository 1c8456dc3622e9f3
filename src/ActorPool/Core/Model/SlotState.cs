namespace ActorPool.Core.Model;

/// <summary>
/// The state of a slot, and what the slot has in it:
/// <code>
/// state        has                        entered from                        left for
/// Free         nothing                    Closing, Opening (failed)           Opening
/// Opening      Operation                  Free                                Idle, Free (failed), Closing (given up)
/// Idle         Connection                 Opening, Resetting, Validating,     InUse, Working, Resetting, Validating,
///                                         InUse, Working (nothing to undo)    Closing
/// InUse        Connection, Lease          Idle, Validating (initialized)      Idle, Resetting, Validating, Closing
/// Working      Connection, Batch          Idle, Validating (initialized)      Idle, Resetting, Validating, Closing
/// Resetting    Connection, Operation      InUse, Working, Idle (for another   Idle, Closing
///                                         key)
/// Validating   Connection, Operation      Idle, InUse, Working (socket        Idle, InUse, Working (initialized),
///                                         readable)                           Closing
/// Closing      Closing, maybe Connection  all but Free                        Free
/// </code>
/// Every state but <see cref="Free"/> counts against <c>max-connections</c>. After a crash of the shell, each slot enters the state that
/// fits what was found in it.
/// </summary>
internal enum SlotState : byte
{
    Free,
    Opening,
    Idle,
    InUse,

    /// <summary>It runs statements that the pool was told.</summary>
    Working,
    Resetting,
    Validating,
    Closing,
}
