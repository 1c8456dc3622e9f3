using System.Reflection;
using ActorPool.ThrowawayPostgres;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace ActorPool.Tests.Shared;

/// <summary>
/// Looks for a PostgreSQL server before the tests of an assembly. Without one, the first test fails with the words that say what to
/// install, and the others do not run: they would fail with the same words, hundreds of times.
/// </summary>
public sealed class ServerFirst(IMessageSink diagnostics) : XunitTestFramework(diagnostics)
{
    protected override ITestFrameworkExecutor CreateExecutor(AssemblyName assemblyName) =>
        new Executor(assemblyName, SourceInformationProvider, DiagnosticMessageSink);

    private sealed class Executor(AssemblyName assembly, ISourceInformationProvider source, IMessageSink diagnostics)
        : XunitTestFrameworkExecutor(assembly, source, diagnostics)
    {
        protected override async void RunTestCases(IEnumerable<IXunitTestCase> testCases, IMessageSink executionMessageSink, ITestFrameworkExecutionOptions executionOptions)
        {
            using var runner = new Runner(TestAssembly, testCases, DiagnosticMessageSink, executionMessageSink, executionOptions);
            await runner.RunAsync();
        }
    }

    private sealed class Runner(
        ITestAssembly assembly, IEnumerable<IXunitTestCase> cases, IMessageSink diagnostics, IMessageSink execution, ITestFrameworkExecutionOptions options)
        : XunitTestAssemblyRunner(assembly, cases, diagnostics, execution, options)
    {
        // The other assemblies stop, kill and fill their servers: they always start their own.
        private bool UsesAnyServer =>
            TestAssembly.Assembly.Name.StartsWith("ActorPool.Tests.PostgreSQL", StringComparison.Ordinal)
            || TestAssembly.Assembly.Name.StartsWith("ActorPool.Tests.Libraries", StringComparison.Ordinal);

        protected override async Task<RunSummary> RunTestCollectionsAsync(IMessageBus messageBus, CancellationTokenSource cancellationTokenSource)
        {
            try
            {
                var options = new PostgresServerOptions { AlwaysThrowaway = !UsesAnyServer, Progress = Tell };
                await PostgresServer.FindAsync(options, cancellationTokenSource.Token);
            }
            catch (PostgresUnavailableException missing)
            {
                return Fail(messageBus, missing);
            }

            return await base.RunTestCollectionsAsync(messageBus, cancellationTokenSource);
        }

        // The test runner shows this (diagnosticMessages in xunit.runner.json), and nothing that is written to the console.
        private void Tell(string line) => DiagnosticMessageSink.OnMessage(new DiagnosticMessage(line));

        private RunSummary Fail(IMessageBus bus, PostgresUnavailableException missing)
        {
            if (TestCases.FirstOrDefault() is not { } first)
                return new RunSummary();
            var test = new XunitTest(first, first.DisplayName);
            var others = TestCases.Count() - 1;
            string[] words = [$"{missing.Message}\nWithout a server {others} more tests of this assembly were not run."];
            bus.QueueMessage(new TestStarting(test));
            bus.QueueMessage(new TestFailed(test, 0, "", [typeof(PostgresUnavailableException).FullName], words, [""], [-1]));
            bus.QueueMessage(new TestFinished(test, 0, ""));
            return new RunSummary { Total = 1, Failed = 1 };
        }
    }
}
