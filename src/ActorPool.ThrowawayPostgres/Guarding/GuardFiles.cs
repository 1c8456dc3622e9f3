using ActorPool.ThrowawayPostgres.Clusters;

namespace ActorPool.ThrowawayPostgres.Guarding;

/// <summary>
/// The two files that the runtime needs to start this assembly as a program. Programs that refer to the package get the
/// assembly alone, so they are written beside the cluster. The guard uses the same runtime as its owner, and of the owner's
/// assemblies this one alone.
/// </summary>
internal sealed class GuardFiles(ClusterFolder folder)
{
    public string RuntimeConfig => Path.Combine(folder.Path, "guard.runtimeconfig.json");

    public string Dependencies => Path.Combine(folder.Path, "guard.deps.json");

    public void Write()
    {
        File.WriteAllText(RuntimeConfig, $$"""
            {
              "runtimeOptions": {
                "rollForward": "Major",
                "framework": { "name": "Microsoft.NETCore.App", "version": "{{Environment.Version}}" },
                "configProperties": { "System.GC.Concurrent": false, "System.Globalization.Invariant": true }
              }
            }
            """);
        const string target = ".NETCoreApp,Version=v10.0";
        var name = typeof(GuardFiles).Assembly.GetName().Name;
        File.WriteAllText(Dependencies, $$"""
            {
              "runtimeTarget": { "name": "{{target}}" },
              "targets": { "{{target}}": { "{{name}}/0.0.0": { "runtime": { "{{name}}.dll": {} } } } },
              "libraries": { "{{name}}/0.0.0": { "type": "project", "serviceable": false, "sha512": "" } }
            }
            """);
    }
}
