namespace ActorPool.ThrowawayPostgres.Processes;

/// <summary>The output of a finished program.</summary>
internal sealed record CommandResult(int ExitCode, string Output)
{
    public bool Succeeded => ExitCode == 0;
}
