using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Npgsql;

namespace ActorPool.Driver.Internals;

/// <summary>
/// The user's callbacks inside an open: a password provider, a physical connection initializer. One that ignores its token would keep the open,
/// and its backend, for ever. When it is given up here, the driver ends the open itself, and no backend is left.
/// </summary>
/// <remarks>
/// The builder does not show its callbacks, so this reads its fields. Where they have moved, and in a given data source, the open is
/// abandoned instead and its place is kept (<see cref="NpgsqlPhysicalConnection"/>).
/// </remarks>
internal static class OpenCallbacks
{
    // Flows from the open to its callbacks, which have no other way to see its end.
    private static readonly AsyncLocal<OpenScope> Current = new();

    /// <summary>Call this at the beginning of an open, in its own context.</summary>
    public static OpenScope Begin(CancellationToken endOfOpen) => Current.Value = new OpenScope(endOfOpen);

    public static void Bound(NpgsqlDataSourceBuilder builder)
    {
        if (ValueOf(builder, "_internalBuilder") is not { } inner)
            return;
        if (ValueOf(inner, "_passwordProvider") is Func<NpgsqlConnectionStringBuilder, string> password
            && ValueOf(inner, "_passwordProviderAsync") is Func<NpgsqlConnectionStringBuilder, CancellationToken, ValueTask<string>> passwordAsync)
        {
            builder.UsePasswordProvider(
                password,
                async (text, token) =>
                {
                    var answer = Task.Run(() => passwordAsync(text, token).AsTask(), CancellationToken.None);
                    await EndAsync(answer, "password provider").ConfigureAwait(false);
                    return await answer.ConfigureAwait(false);
                });
        }

        if (ValueOf(inner, "_connectionInitializer") is Action<NpgsqlConnection> initialize
            && ValueOf(inner, "_connectionInitializerAsync") is Func<NpgsqlConnection, Task> initializeAsync)
        {
            builder.UsePhysicalConnectionInitializer(
                initialize,
                connection => EndAsync(Task.Run(() => initializeAsync(connection), CancellationToken.None), "physical connection initializer"));
        }
    }

    /// <summary>Whether an open can hang in the user's code after the login, when the server does not end it by itself.</summary>
    public static bool MayHangLoggedIn(NpgsqlDataSource source) =>
        typeof(NpgsqlDataSource).GetProperty("ConnectionInitializerAsync", BindingFlags.Instance | BindingFlags.NonPublic) is not { } initializer
        || initializer.GetValue(source) is not null;

    private static async Task EndAsync(Task callback, string name)
    {
        // Not an open of the pool: the data source opens connections too, to load types for example.
        if (Current.Value is not { } open)
        {
            await callback.ConfigureAwait(false);
            return;
        }

        try
        {
            await callback.WaitAsync(open.End).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (open.End.IsCancellationRequested && !callback.IsCompleted)
        {
            open.Stuck = name;
            throw new TimeoutException($"The {name} of the data source did not return.");
        }
    }

    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "A trimmed field counts as one that has moved.")]
    private static object? ValueOf(object owner, string field) =>
        owner.GetType().GetField(field, BindingFlags.Instance | BindingFlags.NonPublic)?.GetValue(owner);
}

/// <summary>One open, for the callbacks in it.</summary>
/// <param name="end">Cancelled when its time is over.</param>
internal sealed class OpenScope(CancellationToken end)
{
    public CancellationToken End { get; } = end;

    /// <summary>The callback that had not returned in time. The driver does not always pass its error on.</summary>
    public string? Stuck { get; set; }
}
