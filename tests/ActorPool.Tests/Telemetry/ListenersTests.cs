using ActorPool.Telemetry;

namespace ActorPool.Tests.Telemetry;

/// <summary>A listener that throws does not disturb the pool.</summary>
public sealed class ListenersTests
{
    [Fact]
    public void An_exception_of_a_listener_at_a_publication_goes_no_further()
    {
        Assert.Null(Listeners.Publish<object>(() => throw new InvalidOperationException("I want none of it")));
        Assert.Equal("it", Listeners.Publish(() => "it"));
    }

    [Fact]
    public void An_exception_of_a_listener_at_a_call_goes_no_further()
    {
        var told = 0;

        Listeners.Tell(1, state =>
        {
            told += state;
            throw new InvalidOperationException("I want none of it");
        });

        Assert.Equal(1, told);
    }
}
