using System.Buffers.Binary;
using System.Text;

namespace ActorPool.Driver;

/// <summary>The statements that turn a used session into a clean one: the effect of DISCARD ALL, except that prepared statements stay.</summary>
internal sealed class FullReset
{
    // Every function is qualified: a role's search_path may put other functions first.
    private const string Unlock = "pg_catalog.pg_advisory_unlock_all()";

    // The first version with a time-out for whole transactions. The reset is one transaction.
    private const int FirstWithTransactionTimeout = 17;

    // The server runs the next command even if the reset before it has failed. So an error must end the session, or that command would
    // run in the session of the last borrower. RESET ALL undoes this setting.
    private const string Strict = "SET exit_on_error = on";

    // Lifts the last borrower's time-out. RESET ALL then restores those of the connection string, which are lifted after it.
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

    /// <summary>The statements as one message that can precede a command. When a part of it fails, the server ends the session before that command.</summary>
    public byte[] Message { get; }

    /// <summary>The number of the server's answers to the message: one for each statement, the row description of the SELECT, and ReadyForQuery.</summary>
    public int Responses { get; }

    /// <summary>The reset for a server of this version.</summary>
    public static FullReset For(Version server) => server.Major >= FirstWithTransactionTimeout ? Latest : Usual;

    /// <summary>A setting for this transaction only, so that no time-out of the session can interrupt the reset.</summary>
    private static string Local(string name, string value) => $"pg_catalog.set_config('{name}', '{value}', true)";

    /// <summary>A Query message in PostgreSQL's documented format: a letter, the length, the text and a zero.</summary>
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
