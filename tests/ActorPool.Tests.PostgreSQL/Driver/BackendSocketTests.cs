using ActorPool.Tests.PostgreSQL.Support;

namespace ActorPool.Tests.PostgreSQL.Driver;

public sealed class BackendSocketTests : PoolTest
{
    private const int CloseOnExec = 0x80000;

    [Fact]
    public async Task The_pools_own_handles_are_not_handed_on_to_programs_that_the_application_starts()
    {
        await StartAsync(3, 3);

        // Elsewhere than on Linux the pool has no handles of its own.
        var open = OperatingSystem.IsLinux() ? Sockets().ToArray() : [];

        Assert.Equal(OperatingSystem.IsLinux(), open.Length >= 6);
        Assert.All(open, flags => Assert.Equal(CloseOnExec, flags & CloseOnExec));
    }

    private static IEnumerable<int> Sockets()
    {
        foreach (var handle in new DirectoryInfo("/proc/self/fd").EnumerateFiles())
        {
            if (handle.LinkTarget?.StartsWith("socket:", StringComparison.Ordinal) == true && FlagsOf(handle.Name) is { } flags)
                yield return flags;
        }
    }

    private static int? FlagsOf(string handle)
    {
        try
        {
            var line = File.ReadLines($"/proc/self/fdinfo/{handle}").First(line => line.StartsWith("flags:", StringComparison.Ordinal));
            return Convert.ToInt32(line["flags:".Length..].Trim(), 8);
        }
        catch (IOException)
        {
            // Closed meanwhile, by another test.
            return null;
        }
    }
}
