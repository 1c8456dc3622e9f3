using System.Runtime.CompilerServices;
using ActorPool.ThrowawayPostgres;

namespace ActorPool.Tests.ThrowawayPostgres.Support;

/// <summary>This suite is about throwaway servers, also where a developer has named an existing one for the others.</summary>
internal static class OwnServersOnly
{
    [ModuleInitializer]
    internal static void ForgetTheExistingServer() =>
        Environment.SetEnvironmentVariable(PostgresServer.EnvironmentVariable, null);
}
