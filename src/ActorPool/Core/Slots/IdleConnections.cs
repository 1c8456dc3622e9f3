using ActorPool.Core.Model;

namespace ActorPool.Core.Slots;

/// <summary>
/// The idle connections, in two lists in the order in which they became idle: common ones, which belong to no key, and owned ones, each
/// the last session of a key. Decides which of them is lent, replaced or closed first, but not whether.
/// </summary>
internal sealed class IdleConnections(PoolPolicy policy)
{
    private readonly IntrusiveList<Slot, Slot.InList> _common = new();
    private readonly IntrusiveList<Slot, Slot.InList> _owned = new();

    /// <summary>
    /// The common connection that is lent next. In a synchronous pool (<c>acquire-timeout = 0s</c>) it may still be resetting: it keeps its
    /// turn.
    /// </summary>
    public Slot? Next => policy.IsLifo ? _common.Last : _common.First;

    /// <summary>The owned connection whose key was used least recently.</summary>
    public Slot? LeastRecentlyOwned => _owned.First;

    /// <summary>The connection that has been idle for longest.</summary>
    public Slot? Oldest
    {
        get
        {
            var common = _common.First;
            while (common is not null && common.State != SlotState.Idle)
                common = _common.After(common);
            var owned = _owned.First;
            if (common is null || owned is null)
                return common ?? owned;
            return common.Connection!.IdleSince <= owned.Connection!.IdleSince ? common : owned;
        }
    }

    public bool IsCommon(Slot slot) => _common.Contains(slot);

    public bool IsOwned(Slot slot) => _owned.Contains(slot);

    /// <summary>The common connection that is lent after this one.</summary>
    public Slot? After(Slot slot) => policy.IsLifo ? _common.Before(slot) : _common.After(slot);

    public void Add(Slot slot)
    {
        if (_common.Contains(slot))
            return;
        var list = BelongsToKey(slot) ? _owned : _common;
        var before = list.Last;
        while (before is not null && before.Connection!.IdleSince > slot.Connection!.IdleSince)
            before = list.Before(before);
        list.AddAfter(before, slot);
    }

    /// <summary>In a synchronous pool, a connection that is reset or tested keeps its place in the order.</summary>
    public void KeepPlace(Slot slot)
    {
        if (policy.IsSynchronous && !BelongsToKey(slot))
            Add(slot);
    }

    public void Remove(Slot slot)
    {
        if (!_common.Remove(slot))
            _owned.Remove(slot);
    }

    /// <summary>The invariant; null while it holds: every idle connection is in the list where it belongs, and both lists are in order.</summary>
    public string? Violation(List<Slot> slots)
    {
        foreach (var slot in slots)
        {
            if (slot.State == SlotState.Idle && !_common.Contains(slot) && !_owned.Contains(slot))
                return $"slot {slot.Index} is idle and in no list";
            if (_owned.Contains(slot) && (slot.State != SlotState.Idle || !BelongsToKey(slot)))
                return $"slot {slot.Index} is {slot.State} and among the owned ones";
            if (_common.Contains(slot) && (BelongsToKey(slot) || !(slot.State == SlotState.Idle || (policy.IsSynchronous && slot.State is SlotState.Resetting or SlotState.Validating))))
                return $"slot {slot.Index} is {slot.State} and among the common ones";
        }

        return IsInOrder(_common) && IsInOrder(_owned) ? null : "the idle connections are out of order";
    }

    private static bool IsInOrder(IntrusiveList<Slot, Slot.InList> list) =>
        list.Items.Zip(list.Items.Skip(1), (slot, next) => slot.Connection!.IdleSince <= next.Connection!.IdleSince).All(inOrder => inOrder);

    private bool BelongsToKey(Slot slot) => policy.IsSticky && slot.Session.Owner is not null;
}
