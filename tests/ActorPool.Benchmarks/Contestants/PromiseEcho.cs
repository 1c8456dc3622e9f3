using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;
using ActorPool.Benchmarks.Workloads;
using Akka.Actor;

namespace ActorPool.Benchmarks.Contestants;

/// <summary>No pool and no connection: a message carries its promise to an actor, which completes it.</summary>
internal sealed class PromiseEcho(IActorRef echo) : IContestant
{
    public static Task<IContestant> OpenAsync(ContestantSetup setup) =>
        Task.FromResult<IContestant>(new PromiseEcho(setup.System.ActorOf(Props.Create(() => new EchoActor()))));

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask UseAsync(IWork work, int caller) => await new Request().Send(echo);

    public async ValueTask DisposeAsync() => await echo.GracefulStop(TimeSpan.FromSeconds(10));

    private sealed class EchoActor : UntypedActor
    {
        protected override void OnReceive(object message) => ((Request)message).Keep();
    }

    private sealed class Request : IValueTaskSource
    {
        private ManualResetValueTaskSourceCore<bool> _promise = new() { RunContinuationsAsynchronously = true };

        public ValueTask Send(IActorRef to)
        {
            to.Tell(this, ActorRefs.NoSender);
            return new ValueTask(this, _promise.Version);
        }

        public void Keep() => _promise.SetResult(true);

        void IValueTaskSource.GetResult(short token) => _promise.GetResult(token);

        ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _promise.GetStatus(token);

        void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
            _promise.OnCompleted(continuation, state, token, flags);
    }
}
