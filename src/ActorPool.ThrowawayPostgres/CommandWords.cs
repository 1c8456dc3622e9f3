namespace ActorPool.ThrowawayPostgres;

/// <summary>The part that the command lines of all programs here share.</summary>
public static class CommandWords
{
    /// <summary>The words of a command line in which an option may also be written <c>--name=value</c>, as <c>--name value</c>.</summary>
    /// <param name="arguments">The arguments as the program got them.</param>
    public static string[] Of(IEnumerable<string> arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        return [.. arguments.SelectMany(argument => argument.StartsWith("--", StringComparison.Ordinal) ? argument.Split('=', 2) : [argument])];
    }
}
