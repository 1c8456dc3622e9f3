using System.Buffers.Binary;
using System.Text;

namespace ActorPool.Driver;

/// <summary>What makes a used session a new one.</summary>
internal sealed class FullReset
{
    // Every function is qualified: a role may have a search_path on which one of its own comes first.
    private const string Unlock = "pg_catalog.pg_advisory_unlock_all()";

    // Only from this version on there is a time-out for the whole transaction, which the reset is.
    private const int FirstWithTransactionTimeout = 17;

    // The server goes on with the next command whatever became of the one before it: an error must be the end of the session,
    // or that command would run in the session of the last borrower. RESET ALL undoes that as well.
    private const string Strict = "SET exit_on_error = on";

    // Of the last borrower. RESET ALL goes back to those of the connection string, which are lifted after it.
    private const string Patient = "SET statement_timeout = 0";

    private static readonly FullReset Usual = new([]);
    private static readonly FullReset Latest = new(["transaction_timeout"]);

    private FullReset(string[] timeouts)
    {
        string[] lifted = [.. timeouts.Prepend("lock_timeout").Prepend("statement_timeout").Select(name => Local(name, "0"))];
        // DISCARD ALL without DEALLOCATE ALL, which would break the statements that the driver has prepared.
        // SET SESSION AUTHORIZATION also ends a SET ROLE, which RESET ALL keeps.
        string[] first = ["SET SESSION AUTHORIZATION DEFAULT", "RESET ALL"];
        string[] then = ["CLOSE ALL", "UNLISTEN *", "DISCARD SEQUENCES", "DISCARD TEMP"];
        Statements = [Patient, .. first, Select(lifted), .. then];
        string[] ahead = [Strict, Patient, .. first, Select([Local("exit_on_error", "on"), .. lifted]), .. then];
        Message = Query(string.Join(';', ahead));
        Responses = ahead.Length + 2;

        static string Select(string[] settings) => $"SELECT {string.Join(", ", settings)}, {Unlock}";
    }

    /// <summary>To be sent as one batch, and so as one transaction.</summary>
    public IReadOnlyList<string> Statements { get; }

    /// <summary>The same, as one message that can precede a command: when a part of it fails, the server ends the session before the command.</summary>
    public byte[] Message { get; }

    /// <summary>What the server answers to the message: one for each statement, the description of the row of the SELECT, and that it is ready.</summary>
    public int Responses { get; }

    /// <summary>The reset for a server of this version.</summary>
    public static FullReset For(Version server) => server.Major >= FirstWithTransactionTimeout ? Latest : Usual;

    /// <summary>Sets it until the end of the transaction, which gives back what the session has: the reset ends when it ends, not when a time-out strikes.</summary>
    private static string Local(string name, string value) => $"pg_catalog.set_config('{name}', '{value}', true)";

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
