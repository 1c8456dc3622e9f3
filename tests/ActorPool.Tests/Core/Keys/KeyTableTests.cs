using System.Runtime.CompilerServices;
using ActorPool.Core.Keys;
using ActorPool.Tests.Core.Support;

namespace ActorPool.Tests.Core.Keys;

public sealed class KeyTableTests
{
    [Fact]
    public void Equal_keys_have_one_entry()
    {
        var keys = new KeyTable(10);
        Assert.Same(keys.Use("a" + 1), keys.Use("a" + 1));
        Assert.Single(keys.All);
    }

    [Fact]
    public void Keys_with_the_same_hash_code_are_told_apart()
    {
        var keys = new KeyTable(0);
        var entries = Enumerable.Range(0, 5).Select(i => keys.Use(new AwkwardKey($"k{i}"))).ToArray();
        Assert.Equal(5, entries.Distinct().Count());
        foreach (var i in (int[])[2, 0, 4, 1, 3])
        {
            Assert.Same(entries[i], keys.Use(new AwkwardKey($"k{i}")));
            keys.EndUse(entries[i]);
            keys.EndUse(entries[i]);
        }

        Assert.Empty(keys.All);
    }

    [Fact]
    public void A_key_that_throws_changes_nothing()
    {
        var keys = new KeyTable(10);
        var entry = keys.Use(new AwkwardKey("a"));
        Assert.Throws<InvalidTimeZoneException>(() => keys.Use(new AwkwardKey("b") { ThrowsInHashCode = true }));
        Assert.Throws<InvalidTimeZoneException>(() => keys.Use(new AwkwardKey("b") { ThrowsInEquals = true }));
        Assert.Single(keys.All);
        Assert.Same(entry, keys.Use(new AwkwardKey("a")));
    }

    [Fact]
    public void Forgetting_runs_no_user_code()
    {
        var keys = new KeyTable(0);
        var awkward = new AwkwardKey("a");
        var other = Known(keys, new AwkwardKey("b"));
        var entry = Known(keys, awkward);
        (awkward.ThrowsInEquals, awkward.ThrowsInHashCode) = (true, true);
        keys.Release(entry);
        Assert.Equal([other], keys.All);
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
        Assert.Equal(memory, keys.All.Count());
    }

    [Fact]
    public void The_key_not_used_for_longest_is_forgotten_first()
    {
        var keys = new KeyTable(2);
        var (one, two) = (Used(keys, 1), Used(keys, 2));
        keys.Release(one);
        keys.Release(two);
        keys.Release(Known(keys, 1));
        keys.Release(Used(keys, 3));
        Assert.Same(one, keys.Use(1));
        Assert.NotSame(two, keys.Use(2));
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
        Assert.Same(held, keys.Use(1));
        Assert.Same(waited, keys.Use(2));
    }

    [Fact]
    public void A_key_forgotten_while_a_request_carries_it_is_the_same_key_when_that_arrives()
    {
        var keys = new KeyTable(0);
        var entry = Used(keys, 1);
        var carried = keys.Use(1);
        keys.Release(entry);
        Assert.Equal(0, keys.Count);

        keys.Know(carried);

        Assert.Same(entry, carried);
        Assert.Same(entry, keys.Use(1));
    }

    [Fact]
    public void A_request_that_never_arrives_leaves_no_key_behind()
    {
        var keys = new KeyTable(10);
        keys.EndUse(keys.Use("a"));
        Assert.Empty(keys.All);
    }

    [Fact]
    public void Of_one_hash_code_a_bounded_number_is_remembered_and_compared()
    {
        var keys = new KeyTable(10_000);
        var compared = 0;
        for (var i = 0; i < 1000; i++)
            keys.Release(Used(keys, new CountedKey(i, () => compared++)));

        Assert.Equal(KeyTable.MostOfOneHash, keys.Count);
        Assert.InRange(compared, 1, 1000 * KeyTable.MostOfOneHash);
    }

    [Fact]
    public async Task Borrowers_on_many_threads_meet_in_one_entry_and_leave_none_behind()
    {
        const int Keys = 3;
        const int Rounds = 20_000;
        var keys = new KeyTable(10);
        var users = new int[Keys];

        void Borrow(int seed)
        {
            var random = new Random(seed);
            for (var i = 0; i < Rounds; i++)
            {
                var name = random.Next(Keys);
                var entry = keys.Use(new AwkwardKey($"{name}"));
                Assert.Equal($"{name}", entry.Key.ToString());
                Interlocked.Increment(ref users[name]);
                // As long as one uses it, another one of the same key finds this entry and no other.
                Assert.Same(entry, keys.Use(new AwkwardKey($"{name}")));
                keys.EndUse(entry);
                keys.EndUse(entry);
            }
        }

        await Task.WhenAll(Enumerable.Range(0, 4).Select(seed => Task.Run(() => Borrow(seed))));

        Assert.Equal(4 * Rounds, users.Sum());
        Assert.Empty(keys.All);
    }

    [Fact]
    public void An_equal_key_that_is_added_during_a_comparison_is_found()
    {
        var keys = new KeyTable(10);
        keys.Use(new AwkwardKey("other"));
        KeyEntry? added = null;
        var late = new InterruptedKey(() => added ??= keys.Use(new InterruptedKey(() => { })));

        var found = keys.Use(late);

        Assert.NotNull(added);
        Assert.Same(added, found);
    }

    [Fact]
    public async Task A_key_that_blocks_holds_up_no_other_key_of_its_hash_code()
    {
        using var entered = new ManualResetEventSlim();
        using var released = new ManualResetEventSlim();
        var keys = new KeyTable(10);
        keys.Use(new AwkwardKey("a"));
        var blocked = Task.Factory.StartNew(
            () => keys.Use(new CountedKey(1, () =>
            {
                entered.Set();
                released.Wait();
            })),
            TaskCreationOptions.LongRunning);
        entered.Wait();

        var other = keys.Use(new AwkwardKey("b"));
        keys.EndUse(other);

        Assert.False(blocked.IsCompleted);
        released.Set();
        await blocked;
    }

    private static KeyEntry Known(KeyTable keys, object key)
    {
        var entry = keys.Use(key);
        keys.Know(entry);
        return entry;
    }

    private static KeyEntry Used(KeyTable keys, object key)
    {
        var entry = Known(keys, key);
        entry.Learn(new Slot(0));
        return entry;
    }

    /// <summary>All of them have one hash code.</summary>
    private sealed class CountedKey(int number, Action compared)
    {
        private int Number { get; } = number;

        public override int GetHashCode() => 1;

        public override bool Equals(object? obj)
        {
            compared();
            return obj is CountedKey other && other.Number == Number;
        }
    }

    [Fact]
    public void A_slot_that_names_a_forgotten_key_keeps_no_later_key_of_its_chain()
    {
        var table = new KeyTable(1000);
        var named = table.Use(new Colliding(0));
        var later = UseAndForget(table, named);

        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();

        Assert.DoesNotContain(later, key => key.IsAlive);
        GC.KeepAlive(named);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static List<WeakReference> UseAndForget(KeyTable table, KeyEntry named)
    {
        var (last, seen) = (named, new List<WeakReference>());
        for (var i = 1; i < 100; i++)
        {
            var next = table.Use(new Colliding(i));
            seen.Add(new WeakReference(next));
            table.EndUse(last);
            last = next;
        }

        table.EndUse(last);
        return seen;
    }

    private sealed record Colliding(int Number)
    {
        public override int GetHashCode() => 1;
    }

    /// <summary>All of these are equal; comparing one runs something first.</summary>
    private sealed class InterruptedKey(Action interruption)
    {
        public override bool Equals(object? obj)
        {
            interruption();
            return obj is InterruptedKey;
        }

        public override int GetHashCode() => 1;
    }
}
