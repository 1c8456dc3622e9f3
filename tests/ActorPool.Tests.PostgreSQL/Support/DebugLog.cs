using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Event;

namespace ActorPool.Tests.PostgreSQL.Support;

/// <summary>An actor system at log level debug, and its log.</summary>
public sealed class DebugLog : IDisposable
{
    private readonly ConcurrentQueue<string> _lines = new();

    public DebugLog()
    {
        System = ActorSystem.Create("debug", """
            akka.loglevel = DEBUG
            akka.stdout-loglevel = OFF
            akka.loggers = []
            akka.log-config-on-start = on
            akka.actor.debug { receive = on, autoreceive = on, lifecycle = on, event-stream = on, unhandled = on }
            """);
        var lines = _lines;
        var listener = System.ActorOf(Props.Create(() => new Listener(lines)));
        System.EventStream.Subscribe(listener, typeof(LogEvent));
        System.EventStream.Subscribe(listener, typeof(UnhandledMessage));
        System.EventStream.Subscribe(listener, typeof(AllDeadLetters));
    }

    public ActorSystem System { get; }

    /// <summary>Everything that an operator can read: the log and the configuration of the system.</summary>
    public string All => string.Join('\n', _lines) + System.Settings.Config.ToString(true) + System.Settings;

    public int Count => _lines.Count;

    public void Dispose() => System.Dispose();

    private sealed class Listener : UntypedActor
    {
        private readonly ConcurrentQueue<string> _lines;

        public Listener(ConcurrentQueue<string> lines) => _lines = lines;

        protected override void OnReceive(object message) => _lines.Enqueue($"{message} {(message as LogEvent)?.Cause}");
    }
}
