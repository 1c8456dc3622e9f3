using System.Globalization;

namespace ActorPool.Soak.Nonces;

/// <summary>For each nonce that was to be inserted: what its caller was told. At the end it is compared with the table.</summary>
internal sealed class NonceBook(int nonces)
{
    private readonly Told[] _told = new Told[nonces + 1];

    /// <summary>By the nonce's caller alone.</summary>
    public void Note(long nonce, Told told) => _told[nonce] = told;

    /// <returns>The number of statements with an unknown outcome that were carried out, and of those that were not.</returns>
    /// <exception cref="SoakFailedException">A caller was told something else than what happened.</exception>
    public async Task<(int Done, int NotDone)> CompareAsync(NonceWorld world)
    {
        var rows = await CountRowsAsync(world);
        var (done, notDone, wrong) = (0, 0, new List<string>());
        for (var nonce = 1; nonce < _told.Length; nonce++)
        {
            if (IsWrong(_told[nonce], rows[nonce]))
                wrong.Add(string.Create(CultureInfo.InvariantCulture, $"{nonce}: told {_told[nonce]}, {rows[nonce]} in the table"));
            else if (_told[nonce] == Told.Unknown)
                _ = rows[nonce] == 1 ? done++ : notDone++;
        }

        return wrong.Count == 0
            ? (done, notDone)
            : throw new SoakFailedException($"{wrong.Count} callers were told something else than what happened: {string.Join("; ", wrong.Take(20))}");
    }

    private static bool IsWrong(Told told, byte rows) => told switch
    {
        Told.Done => rows != 1,
        Told.Unknown => rows > 1,
        _ => rows > 0,
    };

    private async Task<byte[]> CountRowsAsync(NonceWorld world)
    {
        var rows = new byte[_told.Length];
        await using var connection = await world.ConnectAsync();
        await using var export = await connection.BeginBinaryExportAsync("COPY nonces TO STDOUT (FORMAT BINARY)");
        while (await export.StartRowAsync() != -1)
            rows[await export.ReadAsync<long>()]++;
        return rows;
    }
}
