using System.Reflection;
using System.Runtime.Loader;
using Mono.Cecil;
using Mono.Cecil.Cil;
using Npgsql;

namespace ActorPool.Tests.PostgreSQL.Driver.NextDriver;

/// <summary>
/// Loads the pool and a scenario once more, beside an Npgsql like its next major version: the present one,
/// without the keyword and the property that are announced to go and, if asked for, with a renamed internal member.
/// </summary>
internal sealed class NextDriverContext : AssemblyLoadContext
{
    private const string Gone = "Multiplexing";

    private readonly byte[] _npgsql;

    /// <param name="movedType">A type of Npgsql with a field that has moved; null for none.</param>
    /// <param name="movedField">The field.</param>
    public NextDriverContext(string? movedType = null, string? movedField = null)
        : base(nameof(NextDriverContext))
    {
        using var assembly = AssemblyDefinition.ReadAssembly(typeof(NpgsqlConnection).Assembly.Location);
        assembly.Name.Version = new Version(11, 0, 0, 0);
        RemoveProperty(assembly.MainModule.GetType("Npgsql.NpgsqlConnectionStringBuilder"));
        if (movedType is not null)
            Single(assembly.MainModule.GetType(movedType).Fields, field => field.Name == movedField).Name = "_elsewhere";
        using var made = new MemoryStream();
        assembly.Write(made);
        _npgsql = made.ToArray();
    }

    /// <summary>Runs a static method of a class of these tests, as it is in this context.</summary>
    public Task<T> RunAsync<T>(Type scenario, string method, params object[] arguments)
    {
        var here = LoadFromAssemblyPath(scenario.Assembly.Location).GetType(scenario.FullName!, throwOnError: true)!;
        return (Task<T>)here.GetMethod(method, BindingFlags.Static | BindingFlags.Public)!.Invoke(null, arguments)!;
    }

    protected override Assembly? Load(AssemblyName assemblyName)
    {
        if (assemblyName.Name == "Npgsql")
            return LoadFromStream(new MemoryStream(_npgsql));
        var file = Path.Combine(AppContext.BaseDirectory, $"{assemblyName.Name}.dll");
        return File.Exists(file) ? LoadFromAssemblyPath(file) : null;
    }

    // The driver reads its default under another name. For other code the property is gone, and the keyword is unknown.
    private static void RemoveProperty(TypeDefinition builder)
    {
        var property = Single(builder.Properties, property => property.Name == Gone);
        (property.Name, property.GetMethod.Name, property.SetMethod.Name) = ("Removed", "get_Removed", "set_Removed");
        property.SetMethod.Body.Instructions.Clear();
        property.SetMethod.Body.GetILProcessor().Emit(OpCodes.Ret);
        var found = 0;
        foreach (var instruction in builder.Methods.Where(method => method.HasBody).SelectMany(method => method.Body.Instructions))
        {
            if (instruction.OpCode != OpCodes.Ldstr || !Gone.Equals((string)instruction.Operand, StringComparison.OrdinalIgnoreCase))
                continue;
            instruction.Operand = "Removed";
            found++;
        }

        Assert.NotEqual(0, found);
    }

    private static T Single<T>(IEnumerable<T> members, Func<T, bool> wanted) => Assert.Single(members, member => wanted(member));
}
