namespace ActorPool.Core.Model;

/// <summary>The place of one item in one list; a field of the item, so that being in a list costs no allocation.</summary>
internal struct Links<T> where T : class
{
    public T? Previous;
    public T? Next;
    public object? List;
}

/// <summary>Names the field that holds an item's <see cref="Links{T}"/> for one kind of list.</summary>
internal interface ILinked<T> where T : class
{
    static abstract ref Links<T> LinksOf(T item);
}

/// <summary>A doubly linked list through fields of its items: every operation but <see cref="ElementAt"/> takes constant time.</summary>
internal sealed class IntrusiveList<T, TLinked> where T : class where TLinked : ILinked<T>
{
    public T? First { get; private set; }

    public T? Last { get; private set; }

    public int Count { get; private set; }

    public IEnumerable<T> Items
    {
        get
        {
            for (var item = First; item is not null; item = After(item))
                yield return item;
        }
    }

    public bool Contains(T item) => ReferenceEquals(TLinked.LinksOf(item).List, this);

    /// <summary>The item behind one of this list; null behind the last.</summary>
    public T? After(T item) => ReferenceEquals(item, Last) ? null : TLinked.LinksOf(item).Next;

    /// <summary>The item in front of one of this list; null in front of the first.</summary>
    public T? Before(T item) => ReferenceEquals(item, First) ? null : TLinked.LinksOf(item).Previous;

    public void AddLast(T item) => AddAfter(Last, item);

    /// <summary>Adds an item behind another one of this list, or in front of all (null).</summary>
    public void AddAfter(T? before, T item)
    {
        var after = before is null ? First : TLinked.LinksOf(before).Next;
        TLinked.LinksOf(item) = new Links<T> { Previous = before, Next = after, List = this };
        if (before is null)
            First = item;
        else
            TLinked.LinksOf(before).Next = item;
        if (after is null)
            Last = item;
        else
            TLinked.LinksOf(after).Previous = item;
        Count++;
    }

    public bool Remove(T item)
    {
        ref var links = ref TLinked.LinksOf(item);
        if (!ReferenceEquals(links.List, this))
            return false;
        if (links.Previous is null)
            First = links.Next;
        else
            TLinked.LinksOf(links.Previous).Next = links.Next;
        if (links.Next is null)
            Last = links.Previous;
        else
            TLinked.LinksOf(links.Next).Previous = links.Previous;
        links = default;
        Count--;
        return true;
    }

    public T? ElementAt(int index)
    {
        var item = First;
        for (; item is not null && index > 0; index--)
            item = TLinked.LinksOf(item).Next;
        return item;
    }
}
