namespace ActorPool.ThrowawayPostgres.Processes;

/// <summary>
/// The user a throwaway server runs as: the current one, but for root on Unix, which PostgreSQL refuses. There it is
/// <c>postgres</c> if that user exists, else <c>nobody</c>, and programs are started through the first tool that can
/// change the user.
/// </summary>
internal sealed class ServerUser
{
    private static readonly Lazy<ServerUser> Chosen = new(Choose);

    private readonly string _name;
    private readonly string _owner;
    private readonly string[] _prefix;

    private ServerUser(string name, string owner, string[] prefix)
    {
        _name = name;
        _owner = owner;
        _prefix = prefix;
    }

    public static ServerUser Current => Chosen.Value;

    /// <summary>True when the server's user is not the one of this process.</summary>
    public bool IsAnother => _prefix.Length > 0;

    /// <summary>Runs a program as this user.</summary>
    public Task<CommandResult> RunAsync(
        string file,
        IEnumerable<string> arguments,
        string folder,
        bool capture = true,
        CancellationToken cancellationToken = default) =>
        IsAnother
            ? Command.RunAsync(_prefix[0], [.. _prefix[1..], file, .. arguments], folder, capture, cancellationToken)
            : Command.RunAsync(file, arguments, folder, capture, cancellationToken);

    /// <summary>Gives a folder to this user.</summary>
    public async Task OwnAsync(string folder, CancellationToken cancellationToken)
    {
        if (!IsAnother)
            return;

        var result = await Command.RunAsync("chown", [_owner, folder], "/", cancellationToken: cancellationToken).ConfigureAwait(false);
        if (!result.Succeeded)
            throw new PostgresUnavailableException($"Cannot give {folder} to {this}: {result.Output}");
    }

    /// <summary>Whether this user may enter a folder, judged by the rights of other users along its path.</summary>
    public bool CanReach(string folder)
    {
        if (!IsAnother || OperatingSystem.IsWindows())
            return true;

        for (var at = new DirectoryInfo(folder); at is not null; at = at.Parent)
        {
            if (!at.Exists || (at.UnixFileMode & UnixFileMode.OtherExecute) == 0)
                return false;
        }

        return true;
    }

    public override string ToString() => $"the user {_name}";

    private static ServerUser Choose()
    {
        if (OperatingSystem.IsWindows() || !Environment.IsPrivilegedProcess)
            return new ServerUser(Environment.UserName, "", []);

        var accounts = File.ReadLines("/etc/passwd").Select(line => line.Split(':')).Where(part => part.Length > 3).ToList();
        foreach (var name in (string[])["postgres", "_postgres", "nobody"])
        {
            if (accounts.FirstOrDefault(part => part[0] == name) is not { } account)
                continue;

            var (user, group) = (account[2], account[3]);
            string[][] ways =
            [
                ["setpriv", "--reuid", user, "--regid", group, "--clear-groups", "--"],
                ["runuser", "-u", name, "--"],
                ["sudo", "-n", "-u", name, "--"],
                ["su", "-s", "/bin/sh", "-c", "exec \"$0\" \"$@\"", "--", name],
            ];
            if (Array.Find(ways, way => Command.Works(way[0], [.. way[1..], "/bin/sh", "-c", "exit"])) is { } works)
                return new ServerUser(name, $"{user}:{group}", works);
        }

        throw new PostgresUnavailableException(
            "PostgreSQL does not run as root, and there is no other user to run it as: the users 'postgres' and 'nobody' do not exist, or none of "
            + "setpriv, runuser, sudo and su can switch to one. Run as another user, or set "
            + $"{PostgresServer.EnvironmentVariable} to the connection string of a running server.");
    }
}
