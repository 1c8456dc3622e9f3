using ActorPool.Core.Slots;

namespace ActorPool.Tests.Core.Slots;

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
        var backoff = new Backoff(new BackoffPolicy(day, 2 * day, 0), new Random(1));
        for (var i = 0; i < 100; i++)
            backoff.Failed(Now, Error);
        Assert.Equal(Now + 2 * day, backoff.NextAttempt(false));
    }

    [Fact]
    public void A_pause_lasts_a_second_at_most_while_a_request_waits()
    {
        var backoff = With(0);
        for (var i = 0; i < 6; i++)
            backoff.Failed(Now, Error);
        Assert.Equal(Now + TimeSpan.FromSeconds(1), backoff.NextAttempt(true));
        Assert.Equal(Now + TimeSpan.FromSeconds(3), backoff.NextAttempt(false));
    }

    [Theory]
    [InlineData(ConnectFailure.Refused)]
    [InlineData(ConnectFailure.StartingUp)]
    internal void A_restarting_server_that_a_request_waits_for_is_tried_after_a_tenth_of_its_absence(ConnectFailure failure)
    {
        var backoff = With(0);
        foreach (var away in new[] { 0, 10, 60, 150, 4000, 8000, 12_000, 16_000 })
        {
            var now = Now + TimeSpan.FromMilliseconds(away);
            backoff.Failed(now, Error, failure);
            var pause = (backoff.NextAttempt(true) - now).TotalMilliseconds;
            Assert.Equal(Math.Min(Math.Clamp(away / 10.0, 5, 1000), (backoff.NextAttempt(false) - now).TotalMilliseconds), pause);
        }
    }

    [Fact]
    public void Many_attempts_in_a_short_absence_do_not_make_a_long_pause()
    {
        var backoff = With(0);
        for (var i = 0; i < 15; i++)
            backoff.Failed(Now + i * TimeSpan.FromMilliseconds(5), Error, ConnectFailure.Refused);
        var last = Now + TimeSpan.FromMilliseconds(75);
        backoff.Failed(last, Error);

        Assert.Equal(last + TimeSpan.FromMilliseconds(200), backoff.NextAttempt(true));
        Assert.Equal(last + TimeSpan.FromMilliseconds(200), backoff.NextAttempt(false));
    }

    [Fact]
    public void An_absence_after_a_long_time_without_opens_is_a_new_one()
    {
        var backoff = With(0);
        backoff.Failed(Now, Error, ConnectFailure.Refused);
        var later = Now + TimeSpan.FromHours(1);

        backoff.Failed(later, Error, ConnectFailure.Refused);

        Assert.Equal(later + TimeSpan.FromMilliseconds(5), backoff.NextAttempt(true));
    }

    [Fact]
    public void A_server_that_was_back_is_away_anew()
    {
        var backoff = With(0);
        backoff.Failed(Now, Error, ConnectFailure.StartingUp);
        backoff.Succeeded();

        var later = Now + TimeSpan.FromSeconds(0.5);
        backoff.Failed(later, Error, ConnectFailure.StartingUp);

        Assert.Equal(later + TimeSpan.FromMilliseconds(5), backoff.NextAttempt(true));
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

    [Theory]
    [InlineData(ConnectFailure.Other)]
    [InlineData(ConnectFailure.StartingUp)]
    internal void Jitter_makes_no_request_wait_for_more_than_a_second(ConnectFailure failure)
    {
        for (var i = 0; i < 200; i++)
        {
            var backoff = With(0.2, seed: i);
            for (var n = 0; n < 20; n++)
                backoff.Failed(Now + n * TimeSpan.FromSeconds(3), Error, failure);
            Assert.InRange(backoff.NextAttempt(true) - Now - 19 * TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(0.8), TimeSpan.FromSeconds(1));
        }
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
        new(new BackoffPolicy(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(3), jitter), new Random(seed));
}
