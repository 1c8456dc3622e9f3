using System.ComponentModel;
using System.Data.Common;
using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Npgsql;

namespace ActorPool;

/// <summary>
/// Says what is wrong with a connection string: the keyword, and the right form. It never quotes a value, nor a keyword that may be part of a
/// password.
/// </summary>
internal static partial class ConnectionStringText
{
    private const string Form = "Its form is 'Host=...;Port=5432;Username=...;Password=...;Database=...'.";

    // Keywords of PostgreSQL's own libraries and of other drivers, with Npgsql's.
    private static readonly Dictionary<string, string> Foreign = new(StringComparer.OrdinalIgnoreCase)
    {
        ["dbname"] = "Database",
        ["hostaddr"] = "Host",
        ["initial catalog"] = "Database",
        ["data source"] = "Host",
        ["user"] = "Username",
        ["connect_timeout"] = "the pool's connect-timeout",
        ["connect timeout"] = "the pool's connect-timeout",
        ["sslrootcert"] = "Root Certificate",
        ["sslcert"] = "SSL Certificate",
        ["sslkey"] = "SSL Key",
        ["max pool size"] = "the pool's max-connections",
        ["min pool size"] = "the pool's min-connections",
        ["integrated security"] = "",
    };

    private static readonly string[] Known =
    [
        .. typeof(NpgsqlConnectionStringBuilder).GetProperties()
            .Select(property => property.GetCustomAttribute<DisplayNameAttribute>(inherit: false)?.DisplayName).OfType<string>(),
    ];

    /// <summary>Why this is not an Npgsql connection string; null when it is one.</summary>
    public static string? Problem(string text)
    {
        if (WhyForeign(text) is { } foreign)
            return $"{foreign} {Form}";
        var pairs = new DbConnectionStringBuilder();
        try
        {
            pairs.ConnectionString = text;
        }
        catch (ArgumentException error)
        {
            return $"is not a list of 'keyword=value' with ';' between them{At(error)}. Put a value with ';' or quotes in it into quotes, as in Password='a;b'. {Form}";
        }

        foreach (string keyword in pairs.Keys)
        {
            if (Problem(keyword, pairs[keyword], text) is { } problem)
                return problem;
        }

        return null;
    }

    /// <summary>Why this cannot be the name of a server; null when it can. For a string that the driver accepts.</summary>
    public static string? ProblemOfHost(string? host) =>
        host is null ? null
        : WhyForeign(host) is { } foreign ? $"The Host {foreign} {Form}"
        : host.Contains('=', StringComparison.Ordinal) ? $"The Host contains more keywords: separate them with ';' instead of blanks. {Form}"
        : null;

    /// <summary>The driver's error about a keyword, without any secret; null when it is another error.</summary>
    public static string? Problem(ArgumentException error)
    {
        if (error.Message.StartsWith("Format of the initialization string", StringComparison.Ordinal))
            return $"is not a list of 'keyword=value' with ';' between them; the driver reads no URL. {Form}";
        if (!error.Message.StartsWith("Couldn't set ", StringComparison.Ordinal) || error.ParamName is not { } keyword)
            return null;
        if (new NpgsqlConnectionStringBuilder().ContainsKey(keyword))
            return $"has a value for the keyword '{keyword}' that the driver does not accept{Wanted(keyword)}.";
        return IsFamiliar(keyword) ? $"has the keyword '{keyword}', which the driver does not know.{Instead(keyword)} {Form}" : $"has a keyword that the driver does not know. {Form}";
    }

    private static string? Problem(string keyword, object value, string text)
    {
        var builder = new NpgsqlConnectionStringBuilder();
        if (!builder.ContainsKey(keyword))
        {
            var name = NameOf(keyword, text);
            return name is null
                ? $"has a keyword after the password that the driver does not know. Put a password with ';' in it into quotes, as in Password='a;b'. {Form}"
                : $"has the keyword '{name}', which the driver does not know.{Instead(keyword)} {Form}";
        }

        try
        {
            builder[keyword] = value;
        }
        catch (ArgumentException)
        {
            return $"has a value for the keyword '{AsWritten(keyword, text)}' that the driver does not accept{Wanted(keyword)}.";
        }

        return ProblemOfHost(builder.Host) is { } problem ? $"cannot be right. {problem}" : null;
    }

    private static string? WhyForeign(string text)
    {
        if (Url().IsMatch(text))
            return "is a URL, which the driver does not read: write its parts as keywords.";
        return LibpqForm().IsMatch(text)
            ? "has blanks between its keywords, the form of PostgreSQL's own libraries: put ';' between them, and write Username for user, Database for dbname."
            : null;
    }

    /// <summary>The rest of a password that was not quoted looks like a keyword. So after a password only familiar keywords are named.</summary>
    private static string? NameOf(string keyword, string text)
    {
        var before = text[..Math.Max(text.LastIndexOf(keyword, StringComparison.OrdinalIgnoreCase), 0)];
        return IsFamiliar(keyword) || !Secret().IsMatch(before) ? AsWritten(keyword, text) : null;
    }

    private static bool IsFamiliar(string keyword) => Foreign.ContainsKey(keyword) || Nearest(keyword) is not null;

    private static string AsWritten(string keyword, string text) =>
        text.LastIndexOf(keyword, StringComparison.OrdinalIgnoreCase) is var at and >= 0 ? text.Substring(at, keyword.Length) : keyword;

    private static string Instead(string keyword)
    {
        var instead = Foreign.TryGetValue(keyword, out var own) ? own : Nearest(keyword);
        return string.IsNullOrEmpty(instead) ? "" : $" Write {instead}.";
    }

    private static string? Nearest(string keyword)
    {
        var (best, distance) = Known.Select(known => (known, Distance(keyword.ToUpperInvariant(), known.ToUpperInvariant()))).MinBy(pair => pair.Item2);
        return distance <= Math.Min(2, keyword.Length / 3) ? best : null;
    }

    /// <summary>The number of letters to change, remove or insert (Levenshtein).</summary>
    private static int Distance(string one, string other)
    {
        var row = Enumerable.Range(0, other.Length + 1).ToArray();
        for (var i = 1; i <= one.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= other.Length; j++)
            {
                var replaced = diagonal + (one[i - 1] == other[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }

    // The message of the framework ends with the position of the error.
    private static string At(ArgumentException error) =>
        Digits().Matches(error.Message) is { Count: > 0 } found ? string.Create(CultureInfo.InvariantCulture, $" from character {found[^1].Value} on") : "";

    private static string Wanted(string keyword)
    {
        var type = typeof(NpgsqlConnectionStringBuilder).GetProperties()
            .FirstOrDefault(property => string.Equals(property.Name, keyword.Replace(" ", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase))?.PropertyType;
        type = type is null ? null : Nullable.GetUnderlyingType(type) ?? type;
        return type switch
        {
            { IsEnum: true } => $": it is one of {string.Join(", ", Enum.GetNames(type))}",
            _ when type == typeof(int) => ": it is a whole number, in the range that the driver allows",
            _ when type == typeof(bool) => ": it is true or false",
            _ => "",
        };
    }

    [GeneratedRegex(@"^\s*(jdbc:)?[a-z][a-z0-9+.-]*://", RegexOptions.IgnoreCase)]
    private static partial Regex Url();

    [GeneratedRegex(@"^\s*(host|hostaddr|port|dbname|user|database|username)\s*=\s*('[^']*'|[^\s;']+)\s+(host|hostaddr|port|dbname|user|password|sslmode|database|username)\s*=", RegexOptions.IgnoreCase)]
    private static partial Regex LibpqForm();

    [GeneratedRegex("passw|pwd|psw", RegexOptions.IgnoreCase)]
    private static partial Regex Secret();

    [GeneratedRegex(@"\d+")]
    private static partial Regex Digits();
}
