namespace ActorPool.Tests.Remoting;

/// <summary>Messages about statements with values of every type that can be sent.</summary>
internal sealed class RandomMessages(int seed)
{
    private readonly Random _random = new(seed);

    public object Next() => _random.Next(6) switch
    {
        0 => new Execute(Statement()) { Key = Key(), Timeout = Timeout(), Repeatable = Flip(), Tag = Value() },
        1 => new ExecuteAll(Many(1, Statement)) { Key = Key(), Timeout = Timeout(), Repeatable = Flip(), Tag = Value() },
        2 => new Query(Statement()) { Key = Key(), Timeout = Timeout(), Repeatable = Flip(), Tag = Value() },
        3 => new Executed(_random.Next(-1, 100), Value()),
        4 => new AllExecuted(Many(0, () => _random.Next(-1, 100)), Value()),
        _ => Rows(),
    };

    private Rows Rows()
    {
        var columns = Many(1, Text);
        return new Rows(columns, Many(0, () => columns.Select(_ => Value()).ToArray()), Value());
    }

    private Statement Statement()
    {
        var values = Many(0, Parameter);
        return ActorPool.Statement.Of($"SELECT {string.Join(", ", values.Select((_, index) => $"${index + 1}"))} -- {_random.Next()}".ToString(), values);
    }

    private object? Key() => _random.Next(3) switch { 0 => null, 1 => Text(), _ => _random.Next() };

    private TimeSpan? Timeout() => _random.Next(3) switch { 0 => null, 1 => System.Threading.Timeout.InfiniteTimeSpan, _ => TimeSpan.FromTicks(_random.NextInt64(1, TimeSpan.TicksPerDay)) };

    private object? Parameter() => Value() switch { Array values when values.GetType() == typeof(object[]) => values.Length, var value => value };

    private object? Value() => _random.Next(6) switch
    {
        0 => null,
        1 => Array(),
        2 => Many(0, Plain),
        _ => Plain(),
    };

    private Array Array() => _random.Next(12) switch
    {
        0 => Many(0, Flip),
        1 => Many(0, () => _random.Next()),
        2 => Many<int?>(0, () => Flip() ? null : _random.Next()),
        3 => Many<string?>(0, () => Flip() ? null : Text()),
        4 => Many(0, () => _random.NextInt64()),
        5 => Many(0, Decimal),
        6 => Many(0, Guid.NewGuid),
        7 => Many<DateTime?>(0, () => Flip() ? null : Time()),
        8 => Many(0, Bytes),
        9 => Many(0, () => DateOnly.FromDateTime(Time())),
        10 => Many(0, () => _random.NextDouble()),
        _ => Many<object?>(0, () => Flip() ? Plain() : Many(0, Plain)),
    };

    private object? Plain() => _random.Next(22) switch
    {
        0 => null,
        1 => Flip(),
        2 => (byte)_random.Next(256),
        3 => (sbyte)_random.Next(-128, 128),
        4 => (short)_random.Next(-9, 9),
        5 => (ushort)_random.Next(9),
        6 => _random.Next(int.MinValue, int.MaxValue),
        7 => (uint)_random.NextInt64(uint.MaxValue),
        8 => _random.NextInt64(),
        9 => (ulong)_random.NextInt64(),
        10 => _random.Next(4) switch { 0 => float.NaN, 1 => -0f, 2 => float.NegativeInfinity, _ => _random.NextSingle() },
        11 => _random.Next(4) switch { 0 => double.NaN, 1 => double.Epsilon, 2 => double.MaxValue, _ => _random.NextDouble() },
        12 => Decimal(),
        13 => (char)_random.Next(0xFFFF),
        14 => Text(),
        15 => Guid.NewGuid(),
        16 => Time(),
        17 => new DateTimeOffset(_random.NextInt64(TimeSpan.TicksPerDay, DateTime.MaxValue.Ticks - TimeSpan.TicksPerDay), TimeSpan.FromMinutes(_random.Next(-840, 841))),
        18 => DateOnly.FromDayNumber(_random.Next(DateOnly.MaxValue.DayNumber + 1)),
        19 => new TimeOnly(_random.NextInt64(TimeOnly.MaxValue.Ticks)),
        20 => TimeSpan.FromTicks(_random.NextInt64(long.MinValue, long.MaxValue)),
        _ => Bytes(),
    };

    private DateTime Time() => new(_random.NextInt64(DateTime.MaxValue.Ticks), (DateTimeKind)_random.Next(3));

    private decimal Decimal() => new(_random.Next(), _random.Next(), _random.Next(), Flip(), (byte)_random.Next(29));

    private byte[] Bytes() => Many(0, () => (byte)_random.Next(256));

    private string Text() => _random.Next(3) switch { 0 => "", 1 => "über 🐘\0\n", _ => string.Concat(Many(0, () => (char)_random.Next(' ', '~'))) };

    private bool Flip() => _random.Next(2) == 0;

    private T[] Many<T>(int least, Func<T> make) => [.. Enumerable.Range(0, _random.Next(least, 5)).Select(_ => make())];
}
