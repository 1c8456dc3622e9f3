using ActorPool.Core;

namespace ActorPool.Tests.Core;

public sealed class BackoffTests
{
    private static readonly Exception Error = new InvalidOperationException();
    private static readonly TimeSpan Now = TimeSpan.FromHours(3);

    [Fact]
    public void Without_failures_there_is_no_pause() => Assert.True(With(0).NextAttempt(false) < Now);

    [Fact]
    public void The_pause_doubles_up_to_its_maximum()
    {
        var backoff = With(0);
        var pauses = new List<double>();
        for (var i = 0; i < 40; i++)
        {
            backoff.Failed(Now, Error);
            pauses.Add((backoff.NextAttempt(false) - Now).TotalMilliseconds);
        }

        Assert.Equal([100, 200, 400, 800, 1600, 3000, 3000], pauses.Take(7));
        Assert.All(pauses.Skip(5), pause => Assert.Equal(3000, pause));
    }

    [Fact]
    public void Doubling_a_long_pause_for_ever_stays_at_its_maximum()
    {
        var day = TimeSpan.FromDays(1);
        var backoff = new Backoff(new ReconnectBackoff(day, 2 * day, 0), new Random(1));
        for (var i = 0; i < 100; i++)
            backoff.Failed(Now, Error);
        Assert.Equal(Now + 2 * day, backoff.NextAttempt(false));
    }

    [Fact]
    public void It_lasts_a_second_at_most_while_somebody_waits()
    {
        var backoff = With(0);
        for (var i = 0; i < 6; i++)
            backoff.Failed(Now, Error);
        Assert.Equal(Now + TimeSpan.FromSeconds(1), backoff.NextAttempt(true));
        Assert.Equal(Now + TimeSpan.FromSeconds(3), backoff.NextAttempt(false));
    }

    [Fact]
    public void While_somebody_waits_a_server_that_is_down_is_tried_all_the_time()
    {
        var backoff = With(0);
        for (var i = 0; i < 10; i++)
        {
            backoff.Failed(Now, Error, ConnectFailure.Refused);
            Assert.Equal(Now + TimeSpan.FromMilliseconds(20), backoff.NextAttempt(true));
        }

        Assert.Equal(Now + TimeSpan.FromSeconds(3), backoff.NextAttempt(false));
    }

    [Fact]
    public void While_somebody_waits_a_server_that_starts_up_is_tried_as_often_as_its_start_is_young()
    {
        var backoff = With(0);
        var pauses = new List<double>();
        var now = Now;
        backoff.Failed(now, Error, ConnectFailure.Refused);
        for (var i = 0; i < 9; i++)
        {
            // Several attempts were under way.
            backoff.Failed(now, Error, ConnectFailure.StartingUp);
            backoff.Failed(now, Error, ConnectFailure.StartingUp);
            pauses.Add((backoff.NextAttempt(true) - now).TotalMilliseconds);
            now = backoff.NextAttempt(true);
        }

        Assert.Equal([20, 40, 80, 160, 320, 640, 1000, 1000, 1000], pauses);
        backoff.Failed(now, Error, ConnectFailure.Refused);
        backoff.Failed(now, Error, ConnectFailure.StartingUp);
        Assert.Equal(now + TimeSpan.FromMilliseconds(20), backoff.NextAttempt(true));
    }

    [Fact]
    public void Jitter_varies_a_pause_within_its_part()
    {
        var pauses = new List<double>();
        for (var i = 0; i < 200; i++)
        {
            var backoff = With(0.2, seed: i);
            backoff.Failed(Now, Error);
            pauses.Add((backoff.NextAttempt(false) - Now).TotalMilliseconds);
        }

        Assert.All(pauses, pause => Assert.InRange(pause, 80, 120));
        Assert.True(pauses.Min() < 85 && pauses.Max() > 115);
    }

    [Fact]
    public void A_success_ends_it_and_forgets_the_error()
    {
        var backoff = With(0);
        backoff.Failed(Now, Error);
        Assert.Same(Error, backoff.LastError);
        backoff.Succeeded();
        Assert.Null(backoff.LastError);
        backoff.Failed(Now, Error);
        Assert.Equal(Now + TimeSpan.FromMilliseconds(100), backoff.NextAttempt(true));
    }

    private static Backoff With(double jitter, int seed = 1) =>
        new(new ReconnectBackoff(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(3), jitter), new Random(seed));
}
