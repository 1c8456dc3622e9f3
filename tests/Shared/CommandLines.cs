using System.CommandLine;
using System.Globalization;

namespace ActorPool.Tests.Shared;

/// <summary>Common rules of the tools' command lines: how a value is read, and exit code 2 for wrong arguments.</summary>
internal static class CommandLines
{
    public const int WrongArguments = 2;

    /// <summary>An option whose value is read by a function.</summary>
    /// <param name="name">With its hyphens.</param>
    /// <param name="value">The value's name in the help.</param>
    /// <param name="description">For the help.</param>
    /// <param name="parse">Throws <see cref="FormatException"/> with a message for the user.</param>
    public static Option<T> Option<T>(string name, string value, string description, Func<string, T> parse) => new(name)
    {
        HelpName = value,
        Description = description,
        CustomParser = result =>
        {
            try
            {
                return parse(result.Tokens[0].Value);
            }
            catch (FormatException error)
            {
                result.AddError(error.Message);
                return default;
            }
        },
    };

    /// <summary>An option with a whole number; null when it is not given.</summary>
    public static Option<int?> Number(string name, string description, int least = 1, int most = int.MaxValue) =>
        Option<int?>(name, "N", description, text => Whole(name, text, least, most));

    /// <exception cref="FormatException">The text is not a whole number within the bounds.</exception>
    public static int Whole(string name, string text, int least = 1, int most = int.MaxValue) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw new FormatException($"{name} takes whole numbers from {least} to {most}, not '{text}'.");

    /// <summary>Runs the command that the arguments name.</summary>
    public static async Task<int> RunAsync(this Command command, string[] arguments)
    {
        var parsed = command.Parse(arguments);
        var exitCode = await parsed.InvokeAsync();
        return parsed.Errors.Count > 0 ? WrongArguments : exitCode;
    }
}
