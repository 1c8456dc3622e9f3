using ActorPool.Remoting;
using Akka.Hosting;

namespace ActorPool;

/// <summary>Statements told to pools in other processes, in an application built with Akka.Hosting.</summary>
public static class RemoteStatementsHostingExtensions
{
    /// <summary>As <see cref="RemoteStatements.EnableIn"/>, from the start of the actor system on. Not needed beside <c>WithConnectionPool</c>.</summary>
    /// <param name="builder">The application's Akka configuration.</param>
    public static AkkaConfigurationBuilder WithRemoteStatements(this AkkaConfigurationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.WithCustomSerializer(StatementSerializer.Name, StatementSerializer.Messages, system => new StatementSerializer(system));
    }
}
