namespace ActorPool.Tests.Core.Support;

/// <summary>A user key with the hash code it is given, which throws when it is told to.</summary>
internal sealed class AwkwardKey(string name, int hash = 1)
{
    public bool ThrowsInEquals { get; set; }

    public bool ThrowsInHashCode { get; set; }

    private string Name { get; } = name;

    public override bool Equals(object? obj) =>
        ThrowsInEquals ? throw new InvalidTimeZoneException("Equals") : obj is AwkwardKey other && other.Name == Name;

    public override int GetHashCode() => ThrowsInHashCode ? throw new InvalidTimeZoneException("GetHashCode") : hash;

    public override string ToString() => Name;
}
