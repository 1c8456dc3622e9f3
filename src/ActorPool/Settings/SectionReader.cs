using System.Globalization;
using Akka.Configuration;

namespace ActorPool;

/// <summary>Reads the values of one section strictly: every error names the key with its full path.</summary>
/// <param name="section">The section that the user wrote.</param>
/// <param name="reference">The section of <c>reference.conf</c>: the known keys and their defaults.</param>
internal sealed class SectionReader(Config section, Config reference)
{
    private const int MostQuoted = 100;

    // In some versions of Akka an empty or missing Config fails on look-ups.
    private readonly Config _merged = section is null || section.IsEmpty ? reference : section.WithFallback(reference);
    /// <summary>Refuses every key that <c>reference.conf</c> does not have, and a value where a section belongs.</summary>
    public void RefuseUnknownKeys()
    {
        if (section is null || section.IsEmpty)
            return;
        Refuse(section, reference, "");
    }

    private static void Refuse(Config given, Config known, string prefix)
    {
        var keys = known.AsEnumerable().ToDictionary(pair => pair.Key, pair => pair.Value);
        foreach (var (key, value) in given.AsEnumerable())
        {
            var path = prefix + key;
            if (!keys.TryGetValue(key, out var expected))
                throw new ConfigurationException($"{PoolConfig.Path}.{path} is not a setting of the pool. Known here: {string.Join(", ", keys.Keys.Order())}.");
            if (path == "pools")
                continue;
            if (expected.IsObject() != value.IsObject())
                throw new ConfigurationException($"{PoolConfig.Path}.{path} must be {(expected.IsObject() ? "a section" : "a single value")}.");
            if (expected.IsObject())
                Refuse(given.GetConfig(key), known.GetConfig(key), path + ".");
        }
    }

    /// <summary>Makes an object whose properties check their values: an error names the property, and so the key.</summary>
    public T Read<T>(Func<T> make)
    {
        try
        {
            return make();
        }
        catch (ArgumentException error) when (error.ParamName is not null)
        {
            throw Refused(string.Join('.', error.ParamName.Split('.').Select(Hyphenated)), error);
        }
    }

    public T Value<T>(string key, Func<string, T> read)
    {
        try
        {
            return read((_merged.GetString(key, null) ?? throw new FormatException("it is empty")).Trim());
        }
        catch (Exception error) when (error is not ConfigurationException)
        {
            throw Refused(key, error);
        }
    }

    /// <summary>The values of a key that has a list.</summary>
    public IReadOnlyList<string> Values(string key)
    {
        var value = _merged.GetValue(key);
        // Akka does not count an empty list as an array.
        return value is null || value.IsString() || value.IsObject()
            ? throw Refused(key, new FormatException("it is not a list such as [\"57P01\", \"57P02\"]"))
            : [.. _merged.GetStringList(key)];
    }

    private ConfigurationException Refused(string key, Exception error)
    {
        var isSecret = key == "connection-string";
        var given = !isSecret && _merged.GetValue(key) is { } value && value.IsString() && value.GetString() is { } text ? $"'{Shortened(text)}'" : "its value";
        var problem = error is ArgumentException { ParamName: { } property } ? error.Message.Replace(property, key, StringComparison.Ordinal) : error.Message;
        // The cause of a bad connection string stays out: it may quote the password.
        return new ConfigurationException($"{PoolConfig.Path}.{key}: {given} cannot be used: {problem}", isSecret ? null : error);
    }

    public static string Text(string text) => text;

    private static string Shortened(string text) => text.Length <= MostQuoted ? text : $"{text.AsSpan(0, MostQuoted)}…";

    public static int Whole(string text) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new FormatException("it is not a whole number");

    /// <summary>Null for "half".</summary>
    public static int? WholeOrHalf(string text) => text == "half" ? null : Whole(text);

    public static double Part(string text)
    {
        var percent = text.EndsWith('%');
        return double.TryParse(percent ? text[..^1].Trim() : text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
            ? percent ? value / 100 : value
            : throw new FormatException("it is neither a number nor a percentage");
    }

    public static bool Switch(string text) => text switch
    {
        "on" or "true" or "yes" => true,
        "off" or "false" or "no" => false,
        _ => throw new FormatException("it is neither on nor off"),
    };

    public static T Choice<T>(string text) where T : struct, Enum
    {
        foreach (var value in Enum.GetValues<T>())
        {
            if (Hyphenated(value.ToString()) == text)
                return value;
        }

        throw new FormatException($"it is none of {string.Join(", ", Enum.GetNames<T>().Select(Hyphenated))}");
    }

    public static TimeSpan Duration(string text) =>
        DurationText.TryParse(text, out var time) ? time : throw new FormatException("it is not a duration such as 500ms, 15s or 10m");

    public static TimeSpan DurationOrInfinite(string text) =>
        text == "infinite" ? Timeout.InfiniteTimeSpan : Duration(text);

    public static TimeSpan? DurationOrOff(string text) => text == "off" ? null : Duration(text);

    /// <summary>The HOCON form of a name: max-waiting for MaxWaiting.</summary>
    public static string Hyphenated(string name) =>
        string.Concat(name.Select((c, i) => char.IsUpper(c) ? (i > 0 ? "-" : "") + char.ToLowerInvariant(c) : c.ToString()));
}
