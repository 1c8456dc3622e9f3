using System.Data.Common;
using System.Reflection;
using ActorPool.Leases;
using ActorPool.Tests.Actors.Support;
using Akka.Actor;
using Akka.TestKit.Xunit2;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Npgsql;

namespace ActorPool.Tests;

/// <summary>The README's actor, compiled and run: how it ends when something fails.</summary>
public sealed class ReadmeTransferTests() : TestKit("akka.loglevel = OFF, akka.stdout-loglevel = OFF")
{
    private static readonly Lazy<Type> Transfer = new(Compile);

    [Fact]
    public void An_actor_whose_SQL_fails_tells_its_parent_and_stops()
    {
        var transfer = Start();
        ExpectMsg<GetConn>();
        var place = new ConnectionSlot(new NoHome(), new Slot(0));
        place.Replace(new ScriptedSource().Create());
        transfer.Tell(place.Lend(key: null, default));

        Assert.IsType<InvalidOperationException>(ExpectMsg<Status.Failure>().Cause);
        ExpectTerminated(transfer);
        ExpectNoMsg(TimeSpan.Zero);
    }

    [Fact]
    public void An_actor_that_the_pool_refuses_tells_its_parent_and_stops()
    {
        var transfer = Start();
        ExpectMsg<GetConn>();
        var refusal = new Status.Failure(new TimeoutException());
        transfer.Tell(refusal);

        Assert.Same(refusal, ExpectMsg<Status.Failure>());
        ExpectTerminated(transfer);
    }

    // The test is its pool, its parent and the one that watches it.
    private IActorRef Start()
    {
        var child = new Props(Transfer.Value, [TestActor, 10m]);
        return Watch(ActorOfAsTestActorRef<ActorBase>(child, TestActor));
    }

    private static Type Compile()
    {
        var code = ReadmeTests.Code.Single(code => code.StartsWith("public sealed class Transfer", StringComparison.Ordinal));
        var compilation = CSharpCompilation.Create(
            "ReadmeTransfer",
            ReadmeTests.Sources(code, code).Select(source => CSharpSyntaxTree.ParseText(source)),
            ReadmeTests.References(),
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));
        using var assembly = new MemoryStream();
        Assert.Empty(compilation.Emit(assembly).Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error));
        return Assembly.Load(assembly.ToArray()).GetType("Transfer")!;
    }

    private sealed class NoHome : ILeaseHome
    {
        public PoolSettings Settings { get; } = new("Host=readme", 0, 1);

        public DbProviderFactory Driver => NpgsqlFactory.Instance;

        public string ConnectionString => "";

        public string Server => "readme";

        public TimeSpan Now => default;

        public void Returned(PooledConnection lease)
        {
        }

        public void Forgotten(ForgottenLease lease)
        {
        }

        public void ClosedByReader(ReaderClosedLease lease)
        {
        }
    }
}
