using Microsoft.Extensions.Logging;

namespace ActorPool.Demo.Display;

/// <summary>Shows warnings of the actor system as events of the display, so that they do not break its layout.</summary>
internal sealed class EventFeedLogger(EventFeed events) : ILoggerProvider, ILogger
{
    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
            events.Add($"log: {WithoutOrigin(formatter(state, exception))}");
    }

    public void Dispose()
    {
    }

    /// <summary>Removes level, time, thread and path, which the actor system puts in front in brackets.</summary>
    private static string WithoutOrigin(string text)
    {
        while (text.StartsWith('[') && text.IndexOf(']', StringComparison.Ordinal) is var end and > 0)
            text = text[(end + 1)..].TrimStart();
        return text;
    }
}
