namespace ActorPool.ThrowawayPostgres.Processes;

/// <summary>What a finished program said.</summary>
internal sealed record CommandResult(int ExitCode, string Output)
{
    public bool Succeeded => ExitCode == 0;
}
