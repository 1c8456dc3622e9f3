namespace ActorPool.Messages;

/// <summary>
/// Refuses objects that cannot be keys. A key may be any object, so an argument in the wrong place compiles; and two callers with the
/// same cancellation token would share one connection.
/// </summary>
internal static class KeyRule
{
    /// <summary>Returns the key, or refuses it.</summary>
    /// <exception cref="ArgumentException">The object is an argument of another kind.</exception>
    public static object? Checked(object? key, string name = "key")
    {
        if (key is not (null or string or int or long or Guid) && Problem(key) is { } problem)
            throw new ArgumentException($"A {key.GetType().Name} cannot be a key. {problem}", name);
        return key;
    }

    private static string? Problem(object key) => key switch
    {
        CancellationToken or CancellationTokenSource or TimeSpan =>
            "Pass a token by name, as in GetConnAsync(cancellationToken: token), and a time as the Timeout of a request, as in GetConnAsync(new GetConn(key) { Timeout = time }).",
        GetConn => "Pass the request as the first argument, declared as GetConn, not as object.",
        Task => "Await it, and pass its result.",
        ValueType when key.GetType() is { IsGenericType: true } type && type.GetGenericTypeDefinition() == typeof(ValueTask<>) => "Await it, and pass its result.",
        _ => null,
    };
}
