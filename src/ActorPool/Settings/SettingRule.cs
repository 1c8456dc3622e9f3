using System.Runtime.CompilerServices;
using Npgsql;

namespace ActorPool;

/// <summary>The rules of single settings. Each throws with the name of the setting, its value and the allowed range.</summary>
internal static class SettingRule
{
    // Longer than this no timer of the platform can wait.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(24 * 365);

    public static int AtLeast(int least, int value, [CallerMemberName] string name = "") =>
        value >= least ? value : throw Wrong(name, value, $"must be at least {least}");

    public static double Fraction(double value, [CallerMemberName] string name = "") =>
        value is >= 0 and <= 1 ? value : throw Wrong(name, value, "must lie between 0 and 1");

    public static TimeSpan ZeroOrMore(TimeSpan value, [CallerMemberName] string name = "") =>
        value >= TimeSpan.Zero && value <= Longest ? value : throw Wrong(name, value, "must not be negative or longer than 24 years");

    public static TimeSpan Positive(TimeSpan value, [CallerMemberName] string name = "") =>
        value > TimeSpan.Zero && value <= Longest ? value : throw Wrong(name, value, "must be longer than zero and not longer than 24 years");

    public static TimeSpan ZeroOrMoreOrInfinite(TimeSpan value, [CallerMemberName] string name = "") =>
        value == Timeout.InfiniteTimeSpan ? value : ZeroOrMore(value, name);

    public static TimeSpan PositiveOrInfinite(TimeSpan value, [CallerMemberName] string name = "") =>
        value == Timeout.InfiniteTimeSpan ? value : Positive(value, name);

    public static TimeSpan? PositiveOrOff(TimeSpan? value, [CallerMemberName] string name = "") =>
        value is { } time ? Positive(time, name) : null;

    public static T Defined<T>(T value, [CallerMemberName] string name = "") where T : struct, Enum =>
        Enum.IsDefined(value) ? value : throw Wrong(name, value, $"must be one of {string.Join(", ", Enum.GetNames<T>())}");

    public static T Given<T>(T value, [CallerMemberName] string name = "") where T : class =>
        value ?? throw new ArgumentNullException(name);

    public static TimeSpan? PositiveOrInfiniteOrNull(TimeSpan? value, [CallerMemberName] string name = "") =>
        value is { } time ? PositiveOrInfinite(time, name) : null;

    public static ReconnectBackoff Backoff(ReconnectBackoff value, [CallerMemberName] string name = "")
    {
        ArgumentNullException.ThrowIfNull(value, name);
        Positive(value.Min, $"{name}.{nameof(value.Min)}");
        Positive(value.Max, $"{name}.{nameof(value.Max)}");
        Fraction(value.Jitter, $"{name}.{nameof(value.Jitter)}");
        return value.Min <= value.Max ? value : throw Wrong(name, value.Min, $"must not have a Min above its Max ({value.Max})");
    }

    public static string PoolName(string value, [CallerMemberName] string name = "")
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(value, name);
        return value.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
            ? value
            : throw Wrong(name, value, "may have letters, digits, '-', '_' and '.' only");
    }

    public static string ConnectionText(string value, [CallerMemberName] string name = "")
    {
        ArgumentNullException.ThrowIfNull(value, name);
        if (ConnectionStringText.Problem(value) is { } problem)
            throw new ArgumentException($"{name} {problem}", name);
        try
        {
            _ = new NpgsqlConnectionStringBuilder(value);
            return value;
        }
        catch (Exception error) when (error is ArgumentException or FormatException or InvalidCastException or OverflowException)
        {
            // Without the text and the driver's message: both may contain the password.
            throw new ArgumentException($"{name} is not an Npgsql connection string ({error.GetType().Name}). Its form is 'Host=...;Username=...;Database=...'.", name);
        }
    }

    private static ArgumentOutOfRangeException Wrong(string name, object value, string rule) =>
        new(name, value, $"{name} {rule}.");
}
