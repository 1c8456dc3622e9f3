namespace ActorPool.Mutations;

/// <summary>A copy of the repository in a temporary folder: what is broken is broken there, and never in the working tree.</summary>
internal sealed class Workshop : IDisposable
{
    private const string TestProject = "tests/ActorPool.Tests";
    private const string Library = "src/ActorPool";

    private static readonly string[] LeftOut = ["bin", "obj", "TestResults"];
    private static readonly TimeSpan MostForBuild = TimeSpan.FromMinutes(5);

    private readonly string _root;

    private Workshop(string root) => _root = root;

    public static Workshop CopyOf(string repository)
    {
        var workshop = new Workshop(Directory.CreateTempSubdirectory("actorpool-mutations-").FullName);
        Copy(repository, workshop._root);
        return workshop;
    }

    /// <summary>The repository around a folder.</summary>
    public static string RepositoryAround(string folder)
    {
        for (var place = new DirectoryInfo(folder); place is not null; place = place.Parent)
        {
            if (File.Exists(Path.Combine(place.FullName, "ActorPool.sln")))
                return place.FullName;
        }

        throw new MutationException($"There is no ActorPool.sln in {folder} or above it: run this from the repository.");
    }

    /// <summary>Where a file of the core is in a repository.</summary>
    public static string CoreFile(string repository, string file)
    {
        var path = Path.Combine(repository, "src", "ActorPool", "Core", file);
        return File.Exists(path) ? path : throw new MutationException($"src/ActorPool/Core/{file} does not exist.");
    }

    /// <summary>Breaks the core, runs the tests, and mends it again. The first test that failed; null when all passed.</summary>
    public async Task<string?> TryAsync(Mutation mutation, TimeSpan most)
    {
        var path = CoreFile(_root, mutation.File);
        var sound = await File.ReadAllTextAsync(path);
        await File.WriteAllTextAsync(path, mutation.In(sound));
        try
        {
            await BuildAsync(mutation.Name, Library, "--no-restore");
            // Nothing but bodies of methods has changed: the tests need not be built again.
            File.Copy(Built(Library, "ActorPool.dll"), Built(TestProject, "ActorPool.dll"), overwrite: true);
            return await TestAsync(most);
        }
        finally
        {
            await File.WriteAllTextAsync(path, sound);
        }
    }

    /// <summary>Builds the tests and the core as it stands.</summary>
    public Task BuildAsync() => BuildAsync("Without a mutation", TestProject);

    /// <summary>The first test of the core that failed, or what else ended the tests; null when all passed. Ends with the first failure.</summary>
    public async Task<string?> TestAsync(TimeSpan most)
    {
        var tests = new Command(_root, ["test", Built(TestProject, "ActorPool.Tests.dll"), "--nologo", "--filter", "FullyQualifiedName~ActorPool.Tests.Core"]);
        var ending = await tests.RunAsync(most, line => FailedTest.In(line) is not null);
        if (tests.Lines.Select(FailedTest.In).FirstOrDefault(name => name is not null) is { } failed)
            return failed;
        return ending switch
        {
            Ending.Success when tests.Lines.Any(line => line.Contains("Passed!", StringComparison.Ordinal)) => null,
            Ending.TimedOut => $"(no end within {most.TotalSeconds:0} s)",
            _ => "(the tests broke off)",
        };
    }

    public void Dispose()
    {
        // A build that was just ended may leave a file behind; a folder in the temporary ones is not worth an error.
        try
        {
            Directory.Delete(_root, recursive: true);
        }
        catch (IOException)
        {
        }
    }

    // Analyzers are off: the code is broken on purpose.
    private async Task BuildAsync(string what, string project, params string[] more)
    {
        var build = new Command(_root, ["build", project, "--nologo", "-v", "quiet", "-p:TreatWarningsAsErrors=false", "-p:RunAnalyzers=false", "-p:EnforceCodeStyleInBuild=false", "-p:WarningLevel=0", .. more]);
        if (await build.RunAsync(MostForBuild, _ => false) != Ending.Success)
            throw new MutationException($"{what}: it does not build.\n{string.Join('\n', build.Lines.TakeLast(10))}");
    }

    private string Built(string project, string file) =>
        Directory.EnumerateFiles(Path.Combine(_root, project, "bin"), file, SearchOption.AllDirectories).First();

    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from))
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        foreach (var folder in Directory.EnumerateDirectories(from))
        {
            var name = Path.GetFileName(folder);
            if (!name.StartsWith('.') && !LeftOut.Contains(name))
                Copy(folder, Directory.CreateDirectory(Path.Combine(to, name)).FullName);
        }
    }
}
