using ActorPool.Psycopg2;
using ActorPool.Tests.PostgreSQL.Support;

namespace ActorPool.Tests.PostgreSQL.Settings;

/// <summary>
/// The preset answers as psycopg2's pool does, by the rules in <see cref="Psycopg2Model"/>. That these rules are psycopg2's own
/// is checked by the project ActorPool.Differential, which needs Python.
/// </summary>
public sealed class Psycopg2PresetTests : PoolTest
{
    private const int Sequences = 22;
    private const int Length = 24;

    private ServerView _view = null!;
    private SimpleConnectionPool _other = null!;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        _view = await ServerView.OpenAsync(ConnectionString);
        _other = await SimpleConnectionPool.StartAsync(new PoolSettings(ConnectionString, 1, 1));
    }

    public override async Task DisposeAsync()
    {
        await _other.DisposeAsync();
        await _view.DisposeAsync();
        await base.DisposeAsync();
    }

    [Fact]
    public Task The_actor_pool_gives_the_answers_of_psycopg2() =>
        CompareAsync(1, async settings => new FacadeEntryPoint(await ConnectionPool.StartAsync(Sys, settings)));

    [Fact]
    public Task The_manager_gives_the_answers_of_psycopg2_to_messages() =>
        CompareAsync(2, async settings => new AskEntryPoint(await ConnectionPool.StartAsync(Sys, settings)));

    [Fact]
    public Task The_simple_pool_gives_the_answers_of_psycopg2() =>
        CompareAsync(3, async settings => new FacadeEntryPoint(await SimpleConnectionPool.StartAsync(settings)));

    private async Task CompareAsync(int seed, Func<PoolSettings, Task<IEntryPoint>> startAsync)
    {
        var stranger = await _other.GetConnAsync();
        var random = new Random(seed);
        for (var i = 1; i <= Sequences; i++)
        {
            var sequence = SequenceGenerator.Next(random, Length);
            var application = $"preset_{i}";
            var text = new Npgsql.NpgsqlConnectionStringBuilder(ConnectionString) { ApplicationName = application }.ConnectionString;
            var pool = await startAsync(PoolSettings.Psycopg2(text, sequence.Min, sequence.Max) with { Name = application });
            await using var compared = new ComparedActorPool("this project", application, _view, pool, stranger);
            var difference = await Trial.RunAsync(sequence, [compared]);
            Assert.True(difference is null, $"Sequence {i} of seed {seed}:\n{difference}");
        }
    }
}
