using System.Buffers.Binary;
using System.Text;

namespace ActorPool.Driver;

/// <summary>What makes a used session a new one.</summary>
internal static class FullReset
{
    // DISCARD ALL without DEALLOCATE ALL, which would break the statements that the driver has prepared.
    // SET SESSION AUTHORIZATION also ends a SET ROLE, which RESET ALL keeps.
    public static readonly string[] Statements =
    [
        "SET SESSION AUTHORIZATION DEFAULT", "RESET ALL", "CLOSE ALL", "UNLISTEN *",
        "SELECT pg_advisory_unlock_all()", "DISCARD SEQUENCES", "DISCARD TEMP",
    ];

    // The server goes on with the next command whatever became of the one before it: an error must be the end of the session,
    // or that command would run in the session of the last user. RESET ALL undoes that as well.
    private const string Strict = "SET exit_on_error = on";
    private const string AsBefore = "RESET exit_on_error";

    private static readonly string[] Ahead = [Strict, .. Statements[..2], Strict, .. Statements[2..], AsBefore];

    /// <summary>The same, as one message that can precede a command: when a part of it fails, the server ends the session before the command.</summary>
    public static readonly byte[] Message = Query(string.Join(';', Ahead));

    /// <summary>What the server answers to the message: one for each statement, the description of the row of the SELECT, and that it is ready.</summary>
    public static readonly int Responses = Ahead.Length + 2;

    /// <summary>As in the chapter on message formats of PostgreSQL's documentation: a letter, the length, the text and a zero.</summary>
    private static byte[] Query(string text)
    {
        const int Head = 5;
        var message = new byte[Head + text.Length + 1];
        message[0] = (byte)'Q';
        BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(1), message.Length - 1);
        Encoding.ASCII.GetBytes(text, message.AsSpan(Head));
        return message;
    }
}
