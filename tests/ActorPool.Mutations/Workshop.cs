using System.Text.Json;

namespace ActorPool.Mutations;

/// <summary>A copy of the repository in a temporary folder. The core is broken there, and never in the working tree.</summary>
internal sealed class Workshop : IDisposable
{
    private const string TestProject = "tests/ActorPool.Tests";
    private const string Library = "src/ActorPool";

    private const string Core = "FullyQualifiedName~ActorPool.Tests.Core";

    // Most mutations are caught before the slow tests begin.
    private static readonly string[] Stages =
    [
        $"{Core}&FullyQualifiedName!~RandomSequences&FullyQualifiedName!~Psycopg2&FullyQualifiedName!~KeyHashTests",
        $"{Core}&(FullyQualifiedName~RandomSequences|FullyQualifiedName~Psycopg2|FullyQualifiedName~KeyHashTests)",
    ];

    // Analyzers are off: the code is broken on purpose.
    private static readonly string[] Quietly = ["-nologo", "-p:TreatWarningsAsErrors=false", "-p:RunAnalyzers=false", "-p:EnforceCodeStyleInBuild=false", "-p:WarningLevel=0"];

    private static readonly string[] LeftOut = ["bin", "obj", "TestResults"];
    private static readonly TimeSpan MostForBuild = TimeSpan.FromMinutes(5);

    private readonly string _root;

    // The call of the compiler for the library: a whole build would take several times as long.
    private string[] _compile = [];

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

    /// <summary>Breaks the core, runs the tests, and restores it. The first test that failed; null when all passed.</summary>
    public async Task<string?> TryAsync(Mutation mutation, TimeSpan most)
    {
        var path = CoreFile(_root, mutation.File);
        var sound = await File.ReadAllTextAsync(path);
        await File.WriteAllTextAsync(path, mutation.In(sound));
        try
        {
            await CompileAsync(mutation.Name);
            return await TestAsync(most);
        }
        finally
        {
            await File.WriteAllTextAsync(path, sound);
        }
    }

    /// <summary>Builds the tests and the core as it stands.</summary>
    public async Task BuildAsync()
    {
        const string what = "Without a mutation";
        await DotnetAsync(what, _root, ["build", TestProject, "-v", "quiet", .. Quietly]);
        var call = await DotnetAsync(what, _root,
            ["msbuild", Library, "-t:PrepareResources;Compile", "-p:ProvideCommandLineArgs=true", "-p:SkipCompilerExecution=true", "-p:NonExistentFile=none", "-getProperty:RoslynTargetsPath", "-getItem:CscCommandLineArgs", .. Quietly]);
        using var json = JsonDocument.Parse(string.Join('\n', call));
        var compiler = Path.Combine(json.RootElement.GetProperty("Properties").GetProperty("RoslynTargetsPath").GetString()!, "bincore", "csc.dll");
        var arguments = json.RootElement.GetProperty("Items").GetProperty("CscCommandLineArgs").EnumerateArray()
            .Select(item => item.GetProperty("Identity").GetString()!);
        _compile = [compiler, "/shared", .. arguments];
        await CompileAsync(what);
    }

    /// <summary>The first test of the core that failed, or another reason why the tests ended; null when all passed. Ends with the first failure.</summary>
    public async Task<string?> TestAsync(TimeSpan most)
    {
        foreach (var stage in Stages)
        {
            if (await TestAsync(stage, most) is { } failed)
                return failed;
        }

        return null;
    }

    private async Task<string?> TestAsync(string filter, TimeSpan most)
    {
        var tests = new Command(_root, ["test", Built(Path.Combine(TestProject, "bin"), "ActorPool.Tests.dll"), "--nologo", "--filter", filter]);
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
        // A build that was just ended may leave a file behind. A temporary folder is not worth an error.
        try
        {
            Directory.Delete(_root, recursive: true);
        }
        catch (IOException)
        {
        }
    }

    private async Task CompileAsync(string what)
    {
        await DotnetAsync(what, Path.Combine(_root, Library), ["exec", .. _compile]);
        // Only bodies of methods have changed: the tests need no build.
        File.Copy(Built(Path.Combine(Library, "obj"), "ActorPool.dll"), Built(Path.Combine(TestProject, "bin"), "ActorPool.dll"), overwrite: true);
    }

    private static async Task<IEnumerable<string>> DotnetAsync(string what, string folder, string[] arguments)
    {
        var command = new Command(folder, arguments);
        return await command.RunAsync(MostForBuild, _ => false) == Ending.Success
            ? command.Lines
            : throw new MutationException($"{what}: it does not build.\n{string.Join('\n', command.Lines.TakeLast(10))}");
    }

    private string Built(string folder, string file) =>
        Directory.EnumerateFiles(Path.Combine(_root, folder), file, SearchOption.AllDirectories).First(path => Path.GetFileName(Path.GetDirectoryName(path)) is not ("ref" or "refint"));

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
