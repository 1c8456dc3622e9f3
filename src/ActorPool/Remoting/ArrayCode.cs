namespace ActorPool.Remoting;

/// <summary>The codes of values that are not of a <see cref="WireType"/>.</summary>
internal static class ArrayCode
{
    public const byte Null = 0;

    /// <summary>An array of a <see cref="WireType"/>, whose code follows.</summary>
    public const byte Plain = 64;

    /// <summary>The same with elements that may be null: <c>int?[]</c>.</summary>
    public const byte OfNullable = 65;

    /// <summary>An <c>object[]</c>, the driver's form of a record.</summary>
    public const byte Objects = 66;

    /// <summary>More arrays inside each other are refused, so that a message cannot exhaust the stack.</summary>
    public const int MostDepth = 16;
}
