namespace ActorPool.Benchmarks.Load;

/// <summary>The calls of one caller. Written by that caller alone.</summary>
internal sealed class CallerRecord
{
    public LatencyRecorder Latency { get; } = new();

    public long Operations { get; set; }

    public long Errors { get; private set; }

    public string? FirstError { get; private set; }

    public void Failed(Exception error)
    {
        Errors++;
        FirstError ??= $"{error.GetType().Name}: {error.Message}";
    }

    public void Reset()
    {
        Latency.Reset();
        (Operations, Errors, FirstError) = (0, 0, null);
    }

    public void Add(CallerRecord other)
    {
        Latency.Add(other.Latency);
        Operations += other.Operations;
        Errors += other.Errors;
        FirstError ??= other.FirstError;
    }
}
