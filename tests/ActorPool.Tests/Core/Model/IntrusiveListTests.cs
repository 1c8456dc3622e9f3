using SlotList = ActorPool.Core.Model.IntrusiveList<ActorPool.Core.Model.Slot, ActorPool.Core.Model.Slot.InList>;

namespace ActorPool.Tests.Core.Model;

public sealed class IntrusiveListTests
{
    private readonly Slot[] _slots = [new(0), new(1), new(2)];
    private readonly SlotList _list = new();

    [Fact]
    public void Items_stand_in_the_order_in_which_they_were_added()
    {
        AddAll();
        Assert.Equal([0, 1, 2], Indices());
        Assert.Same(_slots[1], _list.ElementAt(1));
        Assert.Null(_list.ElementAt(3));
    }

    [Theory]
    [InlineData(0, new[] { 1, 2 })]
    [InlineData(1, new[] { 0, 2 })]
    [InlineData(2, new[] { 0, 1 })]
    public void An_item_leaves_from_any_place(int index, int[] left)
    {
        AddAll();
        Assert.True(_list.Remove(_slots[index]));
        Assert.Equal(left, Indices());
        Assert.Equal(2, _list.Count);
        Assert.False(_list.Contains(_slots[index]));
    }

    [Fact]
    public void Removing_what_is_not_in_the_list_changes_nothing()
    {
        var other = new SlotList();
        other.AddLast(_slots[0]);
        Assert.False(_list.Remove(_slots[0]));
        Assert.True(other.Contains(_slots[0]));
        Assert.False(_list.Remove(_slots[1]));
    }

    [Fact]
    public void An_item_is_put_in_front_or_in_the_middle()
    {
        _list.AddLast(_slots[2]);
        _list.AddAfter(null, _slots[0]);
        _list.AddAfter(_slots[0], _slots[1]);
        Assert.Equal([0, 1, 2], Indices());
        Assert.Same(_slots[2], _list.Last);
        Assert.Same(_slots[0], _list.Before(_slots[1]));
    }

    [Fact]
    public void An_emptied_list_is_as_new()
    {
        AddAll();
        foreach (var slot in _slots)
            _list.Remove(slot);
        Assert.Null(_list.First);
        Assert.Null(_list.Last);
        AddAll();
        Assert.Equal([0, 1, 2], Indices());
    }

    private void AddAll()
    {
        foreach (var slot in _slots)
            _list.AddLast(slot);
    }

    private List<int> Indices()
    {
        var indices = new List<int>();
        for (var slot = _list.First; slot is not null; slot = _list.After(slot))
            indices.Add(slot.Index);
        return indices;
    }
}
