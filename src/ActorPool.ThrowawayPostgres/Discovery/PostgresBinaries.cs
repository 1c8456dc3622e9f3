namespace ActorPool.ThrowawayPostgres.Discovery;

/// <summary>A folder with the programs of one PostgreSQL installation.</summary>
internal sealed record PostgresBinaries(string Folder)
{
    public string InitDb => Path.Combine(Folder, FileName("initdb"));

    public string PgCtl => Path.Combine(Folder, FileName("pg_ctl"));

    public string BaseBackup => Path.Combine(Folder, FileName("pg_basebackup"));

    public static string FileName(string program) => OperatingSystem.IsWindows() ? program + ".exe" : program;
}
