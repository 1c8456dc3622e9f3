using System.Globalization;

namespace ActorPool;

/// <summary>Durations in the form of HOCON: a number and a unit; without a unit, milliseconds.</summary>
internal static class DurationText
{
    public static bool TryParse(string text, out TimeSpan time)
    {
        time = default;
        var unitAt = text.Length;
        while (unitAt > 0 && char.IsAsciiLetter(text[unitAt - 1]))
            unitAt--;
        if (UnitOf(text[unitAt..]) is not { } unit
            || !double.TryParse(text[..unitAt].Trim(), NumberStyles.Float & ~NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var number)
            || Math.Abs(number) > TimeSpan.MaxValue / unit / 2)
            return false;
        time = number * unit;
        return true;
    }

    /// <summary>The duration in the largest unit that gives a whole number.</summary>
    public static string Of(TimeSpan time)
    {
        if (time == Timeout.InfiniteTimeSpan)
            return "infinite";
        if (time == TimeSpan.Zero)
            return "0s";
        foreach (var unit in (string[])["d", "h", "m", "s", "ms", "us"])
        {
            if (time.Ticks % UnitOf(unit)!.Value.Ticks == 0)
                return string.Create(CultureInfo.InvariantCulture, $"{time.Ticks / UnitOf(unit)!.Value.Ticks}{unit}");
        }

        return string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds}ms");
    }

    private static TimeSpan? UnitOf(string unit) => unit switch
    {
        "" or "ms" or "milli" or "millis" or "millisecond" or "milliseconds" => TimeSpan.FromMilliseconds(1),
        "us" or "micro" or "micros" or "microsecond" or "microseconds" => TimeSpan.FromMicroseconds(1),
        "s" or "second" or "seconds" => TimeSpan.FromSeconds(1),
        "m" or "minute" or "minutes" => TimeSpan.FromMinutes(1),
        "h" or "hour" or "hours" => TimeSpan.FromHours(1),
        "d" or "day" or "days" => TimeSpan.FromDays(1),
        _ => null,
    };
}
