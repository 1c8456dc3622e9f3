using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Npgsql;

namespace ActorPool.Driver;

/// <summary>
/// The user's callbacks inside an open: a password provider, an initializer of physical connections. One that ignores its token would keep the open,
/// and with it a backend, for ever. Given up here, it makes the driver end the open itself, and nothing of it is left at the server.
/// </summary>
/// <remarks>
/// The builder does not show what it was given, so this reads its fields. Where they have moved, and in a data source that was given
/// to the pool, the open is abandoned instead and its place is held (<see cref="NpgsqlPhysicalConnection"/>).
/// </remarks>
internal static class OpenCallbacks
{
    // Gets from the open to the callbacks in it; they have no other way to learn of its end.
    private static readonly AsyncLocal<OpenScope> Current = new();

    /// <summary>To be called at the beginning of the open, in its own context.</summary>
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

    /// <summary>Whether an open can hang in the user's code when it is logged in, where the server does not end it by itself.</summary>
    public static bool MayHangLoggedIn(NpgsqlDataSource source) =>
        typeof(NpgsqlDataSource).GetProperty("ConnectionInitializerAsync", BindingFlags.Instance | BindingFlags.NonPublic) is not { } initializer
        || initializer.GetValue(source) is not null;

    private static async Task EndAsync(Task callback, string name)
    {
        // The data source may open a connection that is none of the pool's, to load types say.
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

    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "A field that was trimmed away is one that has moved.")]
    private static object? ValueOf(object owner, string field) =>
        owner.GetType().GetField(field, BindingFlags.Instance | BindingFlags.NonPublic)?.GetValue(owner);
}

/// <summary>One open, as the callbacks in it see it.</summary>
/// <param name="end">Cancelled when its time is over.</param>
internal sealed class OpenScope(CancellationToken end)
{
    public CancellationToken End { get; } = end;

    /// <summary>The callback that had not returned by then; the driver does not always pass its error on.</summary>
    public string? Stuck { get; set; }
}
