namespace ActorPool.Benchmarks.Load;

/// <summary>The figures of one contestant in one round.</summary>
internal sealed record Figures
{
    public required long Operations { get; init; }

    public required TimeSpan Elapsed { get; init; }

    /// <summary>In microseconds; <see cref="double.NaN"/> where single operations are not timed.</summary>
    public double P50 { get; init; } = double.NaN;

    public double P99 { get; init; } = double.NaN;

    public double P999 { get; init; } = double.NaN;

    /// <summary>Allocated by the whole process.</summary>
    public double BytesPerOperation { get; init; }

    /// <summary>Processor time of this process, in microseconds.</summary>
    public double CpuPerOperation { get; init; }

    /// <summary>The peak at the server.</summary>
    public int Backends { get; init; }

    public long Errors { get; init; }

    public string? FirstError { get; init; }

    /// <summary>The part of the borrows that found the session of their key.</summary>
    public double? HitRate { get; init; }

    /// <summary>An arrival rate that was not reached, and the like.</summary>
    public string? Remark { get; init; }

    public double Rate => Operations / Elapsed.TotalSeconds;
}
