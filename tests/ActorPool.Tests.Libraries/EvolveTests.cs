using ActorPool.Tests.Libraries.Support;
using EvolveDb;
using EvolveDb.Dialect;

namespace ActorPool.Tests.Libraries;

/// <summary>Evolve opens and closes one connection object again and again, and holds an advisory lock of the session while it migrates.</summary>
public sealed class EvolveTests : LibraryTest
{
    [Theory]
    [InlineData(Given.DataSource)]
    [InlineData(Given.Lease)]
    public async Task Scripts_run_once(Given given)
    {
        var folder = Directory.CreateTempSubdirectory("actorpool-evolve");
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "V1__cities.sql"), "CREATE TABLE cities (name text);");
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "V2__countries.sql"), "ALTER TABLE cities ADD country text; INSERT INTO cities VALUES ('Paris', 'France');");
            Assert.Equal(2, await MigrateAsync(given, folder.FullName));
            Assert.Equal(0, await MigrateAsync(given, folder.FullName));
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        await ExecuteAsync("INSERT INTO cities (name, country) VALUES ('Rome', 'Italy')");
        Assert.Equal(0, await Backends.CountAsync("EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND pg_locks.pid = pg_stat_activity.pid)"));
    }

    private async Task<int> MigrateAsync(Given given, string folder)
    {
        await using var connection = await ConnectAsync(given);

        var evolve = new Evolve(connection, dbms: DBMS.PostgreSQL) { Locations = [folder], IsEraseDisabled = true };
        evolve.Migrate();

        return evolve.NbMigration;
    }
}
