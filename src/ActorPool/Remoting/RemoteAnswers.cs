using System.Data.Common;
using System.Globalization;
using System.Runtime.Serialization;
using ActorPool.Errors;
using Akka.Actor;
using Npgsql;

namespace ActorPool.Remoting;

/// <summary>Makes the answers to senders in other processes, so that each arrives: one that is too large, or has a value that cannot be sent, becomes an error.</summary>
/// <remarks>Akka.NET drops a message above the maximum of its transport with a line in the log, and its sender would wait for nothing.</remarks>
internal sealed class RemoteAnswers : IExtension
{
    // What Akka.NET adds to a message: the paths of its two actors, and at most this.
    private const int Envelope = 512;

    private const int LongestText = 4000;

    private readonly StatementSerializer _serializer;

    private RemoteAnswers(ExtendedActorSystem system)
    {
        _serializer = new StatementSerializer(system);
        system.Serialization.AddSerializer(StatementSerializer.Name, _serializer);
        foreach (var message in StatementSerializer.Messages)
            system.Serialization.AddSerializationMap(message, _serializer);
        MaximumSize = MaximumSizeIn(system);
    }

    /// <summary>The largest message that the system's remoting sends, in bytes.</summary>
    public long MaximumSize { get; }

    /// <summary>Those of an actor system, to which they add the serializer once.</summary>
    public static RemoteAnswers In(ActorSystem system) => system.WithExtension<RemoteAnswers, Provider>();

    public static bool IsRemote(IActorRef? actor) => actor is IActorRefScope { IsLocal: false };

    /// <summary>An answer as it is sent to an actor in another process: written already, or an error. Not on the manager's thread.</summary>
    public object Of(object answer, IActorRef receiver, string pool)
    {
        WrittenAnswer written;
        try
        {
            written = new WrittenAnswer(MessageFormat.ManifestOf(answer), _serializer.ToBinary(answer));
        }
        catch (SerializationException error)
        {
            return Refused(new PoolFailure(PoolErrorKind.NotLocal, pool) { Detail = "the answer of a statement cannot be sent to another process", Advice = $"{error.Message} The statement was carried out." });
        }

        var size = written.Bytes.Length + (2 * receiver.Path.ToSerializationFormat().Length) + Envelope;
        return size <= MaximumSize ? written : Refused(new PoolFailure(PoolErrorKind.TooLarge, pool)
        {
            Detail = string.Create(CultureInfo.InvariantCulture, $"the answer of a statement has {size} bytes, and a message to another process may have {MaximumSize}"),
        });
    }

    /// <summary>The part of an error that goes to another process: its kind, its text and the SQLSTATE.</summary>
    public static PoolException Of(Exception error, string pool) => error switch
    {
        PoolException own => new PoolException(own.Kind, Short(own.Message), own.IsTransient, own.SqlState),
        // Its Message may contain values of the row, where the connection string allows that.
        PostgresException refused => new PoolException(PoolErrorKind.StatementFailed, Short($"Pool '{pool}': {refused.SqlState}: {refused.MessageText}"), refused.IsTransient, refused.SqlState),
        _ => new PoolException(PoolErrorKind.StatementFailed, Short($"Pool '{pool}': {error.Message}"), (error as DbException)?.IsTransient == true, (error as DbException)?.SqlState),
    };

    private static Status.Failure Refused(PoolFailure failure) => new(Of(failure.ToException(), failure.Name));

    private static string Short(string text) => text.Length <= LongestText ? text : $"{text.AsSpan(0, LongestText)}...";

    /// <summary>The smallest limit of the transports that are in use; no limit without remoting.</summary>
    private static long MaximumSizeIn(ActorSystem system)
    {
        var config = system.Settings.Config;
        var maximum = long.MaxValue;
        foreach (var transport in config.GetStringList("akka.remote.enabled-transports", []))
            maximum = Math.Min(maximum, config.GetByteSize($"{transport}.maximum-frame-size", null) ?? long.MaxValue);
        return maximum;
    }

    internal sealed class Provider : ExtensionIdProvider<RemoteAnswers>
    {
        public override RemoteAnswers CreateExtension(ExtendedActorSystem system) => new(system);
    }
}
