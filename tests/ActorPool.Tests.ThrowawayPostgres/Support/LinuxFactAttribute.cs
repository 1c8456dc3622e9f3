namespace ActorPool.Tests.ThrowawayPostgres.Support;

/// <summary>A fact that needs process groups and the programs setsid and kill.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class LinuxFactAttribute : FactAttribute
{
    public LinuxFactAttribute()
    {
        if (!OperatingSystem.IsLinux())
            Skip = "needs process groups, setsid and kill";
    }
}
