using System.Linq.Expressions;
using System.Reflection;
using Akka.Actor;
using Akka.Configuration;
using Akka.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorPool.Tests;

/// <summary>Every public static method, with null for each required argument in turn.</summary>
public sealed class NullArgumentTests : IDisposable
{
    private readonly ActorSystem _system = ActorSystem.Create("nulls", "akka.loglevel = OFF, akka.stdout-loglevel = OFF");

    public static TheoryData<string, string> Required()
    {
        var data = new TheoryData<string, string>();
        foreach (var method in EntryPoints())
        {
            foreach (var parameter in method.GetParameters().Where(IsRequired))
                data.Add(method.ToString()!, parameter.Name!);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Required))]
    public async Task Null_is_refused_by_the_name_of_its_parameter(string method, string parameter)
    {
        var call = EntryPoints().Single(entry => entry.ToString() == method);
        var arguments = call.GetParameters().Select(given => given.Name == parameter ? null : Sample(given)).ToArray();

        var error = await Assert.ThrowsAnyAsync<ArgumentException>(() => CallAsync(call, arguments));

        // A constructor's parameter may be named as the property that refuses it.
        Assert.Equal(parameter, error.ParamName, ignoreCase: true);
    }

    [Fact]
    public void All_entry_points_are_tried() => Assert.InRange(Required().Count, 40, 80);

    public void Dispose() => _system.Dispose();

    private static IEnumerable<MethodInfo> EntryPoints() =>
        typeof(ConnectionPool).Assembly.GetExportedTypes()
            .SelectMany(type => type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.DeclaredOnly))
            .Where(method => !method.IsSpecialName && !method.GetParameters().Any(parameter => parameter.ParameterType.IsByRefLike))
            .Select(method => method.IsGenericMethodDefinition ? method.MakeGenericMethod(typeof(NullArgumentTests)) : method);

    private static bool IsRequired(ParameterInfo parameter) =>
        !parameter.ParameterType.IsValueType && new NullabilityInfoContext().Create(parameter).WriteState == NullabilityState.NotNull;

    private static async Task CallAsync(MethodInfo method, object?[] arguments)
    {
        var result = method.Invoke(null, BindingFlags.DoNotWrapExceptions, null, arguments, null);
        if (result is Task task)
            await task;
    }

    /// <summary>A delegate of the type, which returns null.</summary>
    private static Delegate Returning(Type type)
    {
        var invoke = type.GetMethod("Invoke")!;
        return Expression.Lambda(type, Expression.Default(invoke.ReturnType), invoke.GetParameters().Select(parameter => Expression.Parameter(parameter.ParameterType))).Compile();
    }

    private object? Sample(ParameterInfo parameter) => parameter switch
    {
        { HasDefaultValue: true } => parameter.ParameterType.IsValueType ? Activator.CreateInstance(parameter.ParameterType) : parameter.DefaultValue,
        { Name: "connectionString" } => "Host=localhost",
        { Name: "name" } => "nulls",
        { ParameterType: var type } when type == typeof(int) => 1,
        { ParameterType: var type } when type == typeof(ActorSystem) => _system,
        { ParameterType: var type } when type == typeof(Config) => Config.Empty,
        { ParameterType: var type } when type == typeof(ILogger) => NullLogger.Instance,
        { ParameterType: var type } when type == typeof(PoolSettings) => new PoolSettings("Host=localhost", 0, 1),
        { ParameterType: var type } when type == typeof(IServiceCollection) => new ServiceCollection(),
        { ParameterType: var type } when type == typeof(AkkaConfigurationBuilder) => new AkkaConfigurationBuilder(new ServiceCollection(), "nulls"),
        { ParameterType: var type } when type == typeof(Func<PoolSettings, PoolSettings>) => new Func<PoolSettings, PoolSettings>(settings => settings),
        { ParameterType: var type } when typeof(Delegate).IsAssignableFrom(type) => Returning(type),
        { ParameterType: var type } when type == typeof(IConnectionPool) => SimpleConnectionPool.StartAsync(new PoolSettings("Host=localhost", 0, 1)).GetAwaiter().GetResult(),
        { Name: "sql" } => "SELECT 1",
        { ParameterType: var type } when type == typeof(object[]) => Array.Empty<object>(),
        { ParameterType: var type } when type == typeof(Statement) => Statement.Of("SELECT 1"),
        { ParameterType: var type } when type == typeof(IReadOnlyList<Statement>) => new[] { Statement.Of("SELECT 1") },
        _ => throw new NotSupportedException($"A sample of {parameter.ParameterType} is missing here."),
    };
}
