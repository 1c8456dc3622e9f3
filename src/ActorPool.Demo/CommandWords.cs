namespace ActorPool.Demo;

/// <summary>How the words of the command line are told apart.</summary>
internal static class CommandWords
{
    /// <summary>The words of a command line in which an option may also be written <c>--name=value</c>, as <c>--name value</c>.</summary>
    /// <param name="arguments">The arguments as the program got them.</param>
    public static string[] Of(IEnumerable<string> arguments) =>
        [.. arguments.SelectMany(argument => argument.StartsWith("--", StringComparison.Ordinal) ? argument.Split('=', 2) : [argument])];
}
