namespace ActorPool.Benchmarks.Load;

/// <summary>Memory that this process has allocated and processor time that it has used since the meter was made.</summary>
internal sealed class ResourceMeter
{
    private readonly long _bytes = GC.GetTotalAllocatedBytes(precise: true);
    private readonly TimeSpan _processor = Environment.CpuUsage.TotalTime;

    public (long Bytes, TimeSpan Processor) Read()
    {
        var processor = Environment.CpuUsage.TotalTime - _processor;
        return (GC.GetTotalAllocatedBytes(precise: true) - _bytes, processor);
    }
}
