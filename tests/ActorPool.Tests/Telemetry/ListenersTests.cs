using ActorPool.Telemetry;

namespace ActorPool.Tests.Telemetry;

public sealed class ListenersTests
{
    [Fact]
    public void What_a_listener_throws_at_a_publication_ends_there()
    {
        Assert.Null(Listeners.Publish<object>(() => throw new InvalidOperationException("I want none of it")));
        Assert.Equal("it", Listeners.Publish(() => "it"));
    }

    [Fact]
    public void What_a_listener_throws_when_it_is_told_ends_there()
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
