namespace ActorPool.Core.Model;

/// <summary>
/// Where a slot stands. What it has besides:
/// <code>
/// state        has                        entered from                        left for
/// Free         nothing                    Closing, Opening (failed)           Opening
/// Opening      Operation                  Free                                Idle, Free (failed), Closing (given up)
/// Idle         Connection                 Opening, Resetting, Validating,     InUse, Resetting, Validating, Closing
///                                         InUse (nothing to undo)
/// InUse        Connection, Lease          Idle                                Idle, Resetting, Closing
/// Resetting    Connection, Operation      InUse, Idle (for another key)       Idle, InUse, Closing
/// Validating   Connection, Operation      Idle                                Idle, InUse, Closing
/// Closing      Closing, maybe Connection  all but Free                        Free
/// </code>
/// Every state but <see cref="Free"/> counts against <c>max-connections</c>. A crash of the shell re-enters each slot as it was found.
/// </summary>
internal enum SlotState : byte
{
    Free,
    Opening,
    Idle,
    InUse,
    Resetting,
    Validating,
    Closing,
}
