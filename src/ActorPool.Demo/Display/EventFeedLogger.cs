using Microsoft.Extensions.Logging;

namespace ActorPool.Demo.Display;

/// <summary>Warnings of the actor system become events on the screen, instead of lines across it.</summary>
internal sealed class EventFeedLogger(EventFeed events) : ILoggerProvider, ILogger
{
    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
            events.Add($"log: {formatter(state, exception)}");
    }

    public void Dispose()
    {
    }
}
