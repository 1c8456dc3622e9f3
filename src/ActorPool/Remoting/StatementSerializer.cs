using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Serialization;

namespace ActorPool.Remoting;

/// <summary>Writes and reads the messages that tell a pool in another process a statement, and their answers.</summary>
/// <remarks>
/// Akka.NET's default would turn an int into a long, and a decimal or a Guid into a string. It throws a <see cref="SerializationException"/> alone, which
/// costs the one message: with any other exception the remoting closes its connection.
/// </remarks>
internal sealed class StatementSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    public const string Name = "actor-pool-statements";

    /// <summary>The messages that it is for. The first one is the base of all that tell a pool a statement.</summary>
    public static readonly Type[] Messages = [typeof(StatementMessage), typeof(Execute), typeof(ExecuteAll), typeof(Query), typeof(Executed), typeof(AllExecuted), typeof(Rows), typeof(WrittenAnswer)];

    /// <summary>Part of the format.</summary>
    public override int Identifier => 1_885_431_411;

    public override string Manifest(object o) => o is WrittenAnswer written ? written.Manifest : MessageFormat.ManifestOf(o);

    public override byte[] ToBinary(object obj)
    {
        if (obj is WrittenAnswer written)
            return written.Bytes;
        using var to = new WireWriter();
        try
        {
            MessageFormat.Write(to, obj);
        }
        catch (Exception error) when (error is not SerializationException)
        {
            throw new SerializationException($"A {obj.GetType()} cannot be sent to another process: {error.Message}", error);
        }

        return to.ToArray();
    }

    public override object FromBinary(byte[] bytes, string manifest)
    {
        using var from = new WireReader(bytes);
        try
        {
            var message = MessageFormat.Read(from, manifest);
            from.ReadEnd();
            return message;
        }
        catch (Exception error) when (error is not SerializationException)
        {
            throw WireReader.Malformed(error.Message);
        }
    }
}
