using ActorPool.Core;
using ActorPool.Tests.Core.Support;

namespace ActorPool.Tests.Core;

public sealed class KeyTableTests
{
    [Fact]
    public void Equal_keys_have_one_entry()
    {
        var keys = new KeyTable(10);
        Assert.Same(keys.GetOrAdd("a" + 1), keys.GetOrAdd("a" + 1));
        Assert.Equal(1, keys.Count);
    }

    [Fact]
    public void Keys_with_the_same_hash_code_are_told_apart()
    {
        var keys = new KeyTable(0);
        var entries = Enumerable.Range(0, 5).Select(i => keys.GetOrAdd(new AwkwardKey($"k{i}"))).ToArray();
        Assert.Equal(5, entries.Distinct().Count());
        foreach (var i in (int[])[2, 0, 4, 1, 3])
        {
            Assert.Same(entries[i], keys.GetOrAdd(new AwkwardKey($"k{i}")));
            keys.Release(entries[i]);
        }

        Assert.Equal(0, keys.Count);
    }

    [Fact]
    public void A_key_that_throws_changes_nothing()
    {
        var keys = new KeyTable(10);
        var entry = keys.GetOrAdd(new AwkwardKey("a"));
        Assert.Throws<InvalidTimeZoneException>(() => keys.GetOrAdd(new AwkwardKey("b") { ThrowsInHashCode = true }));
        Assert.Throws<InvalidTimeZoneException>(() => keys.GetOrAdd(new AwkwardKey("b") { ThrowsInEquals = true }));
        Assert.Equal(1, keys.Count);
        Assert.Same(entry, keys.GetOrAdd(new AwkwardKey("a")));
    }

    [Fact]
    public void Forgetting_runs_no_user_code()
    {
        var keys = new KeyTable(0);
        var awkward = new AwkwardKey("a");
        keys.GetOrAdd(new AwkwardKey("b"));
        var entry = keys.GetOrAdd(awkward);
        (awkward.ThrowsInEquals, awkward.ThrowsInHashCode) = (true, true);
        keys.Release(entry);
        Assert.Equal(1, keys.Count);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public void No_more_keys_are_remembered_than_allowed(int memory)
    {
        var keys = new KeyTable(memory);
        for (var i = 0; i < 10; i++)
            keys.Release(Used(keys, i));
        Assert.Equal(memory, keys.Count);
    }

    [Fact]
    public void The_key_not_used_for_longest_is_forgotten_first()
    {
        var keys = new KeyTable(2);
        var (one, two) = (Used(keys, 1), Used(keys, 2));
        keys.Release(one);
        keys.Release(two);
        keys.Release(keys.GetOrAdd(1));
        keys.Release(Used(keys, 3));
        Assert.Same(one, keys.GetOrAdd(1));
        Assert.NotSame(two, keys.GetOrAdd(2));
    }

    [Fact]
    public void A_key_in_use_or_waited_for_is_never_forgotten()
    {
        var keys = new KeyTable(0);
        var (held, waited) = (Used(keys, 1), Used(keys, 2));
        held.HeldBy = new Slot(0);
        waited.Waiters.AddLast(new TestWaiter("w", 2));
        keys.Release(held);
        keys.Release(waited);
        Assert.Same(held, keys.GetOrAdd(1));
        Assert.Same(waited, keys.GetOrAdd(2));
    }

    private static KeyEntry Used(KeyTable keys, object key)
    {
        var entry = keys.GetOrAdd(key);
        entry.Use(new Slot(0));
        return entry;
    }
}
