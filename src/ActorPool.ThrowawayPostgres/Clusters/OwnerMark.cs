using System.Diagnostics;
using System.Globalization;

namespace ActorPool.ThrowawayPostgres.Clusters;

/// <summary>
/// The file in a cluster's folder that identifies its owner: the owner's process id and start time, kept locked while the
/// owner lives. Either of lock and process is enough to call a folder alive: a lock may not work on every file system,
/// and a process id says nothing in another container that shares the temporary folder.
/// </summary>
internal sealed class OwnerMark : IDisposable
{
    private const string FileName = "owner";
    private const string NascentName = "owner.new";

    /// <summary>A younger folder without a mark is about to get one.</summary>
    private static readonly TimeSpan Nascent = TimeSpan.FromMinutes(1);

    /// <summary>The same start time reads a little differently in another process, and clocks are set.</summary>
    private static readonly TimeSpan ClockSlack = TimeSpan.FromMinutes(1);

    private readonly FileStream _file;

    private OwnerMark(FileStream file) => _file = file;

    public static OwnerMark Put(string folder)
    {
        using var self = Process.GetCurrentProcess();
        // Created under another name: a sweep of the folders could open the mark before it is locked.
        // FileShare.Delete, since Windows moves an open file only with it; on other systems the file is locked all the same.
        var nascent = Path.Combine(folder, NascentName);
        var file = new FileStream(nascent, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Delete);
        var started = self.StartTime.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture);
        file.Write(System.Text.Encoding.UTF8.GetBytes($"{self.Id.ToString(CultureInfo.InvariantCulture)}\n{started}\n"));
        file.Flush();
        File.Move(nascent, Path.Combine(folder, FileName));
        return new OwnerMark(file);
    }

    public static bool OwnerLives(string folder)
    {
        try
        {
            using var file = new FileStream(Path.Combine(folder, FileName), FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            using var reader = new StreamReader(file);
            return ProcessLives(reader.ReadLine(), reader.ReadLine());
        }
        catch (FileNotFoundException)
        {
            return DateTime.UtcNow - Directory.GetCreationTimeUtc(folder) < Nascent;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return true;
        }
    }

    public void Dispose() => _file.Dispose();

    private static bool ProcessLives(string? id, string? started)
    {
        if (!int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            || !DateTime.TryParse(started, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var start))
            return false;

        try
        {
            using var process = Process.GetProcessById(number);
            return (process.StartTime.ToUniversalTime() - start).Duration() < ClockSlack;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            return false;
        }
    }
}
