using Spectre.Console;

namespace ActorPool.Demo.Display;

/// <summary>The choice of a display.</summary>
internal static class Displays
{
    /// <summary>A live table where the output is a terminal that can redraw; plain lines otherwise.</summary>
    public static IDisplay ForThisOutput()
    {
        var profile = AnsiConsole.Profile;
        return profile.Out.IsTerminal && profile.Capabilities.Ansi ? new LiveDisplay(AnsiConsole.Console) : new LineDisplay(Console.Out);
    }
}
