namespace ActorPool.Tests.PostgreSQL.Driver.Statements;

/// <summary>Statements of every kind, drawn by a seed: results of all sizes, errors at every stage, writes, groups. The texts are few, so that the driver prepares them.</summary>
internal sealed class RandomStatements(int seed)
{
    public const string Tables = """
        CREATE TABLE parent (id int PRIMARY KEY);
        CREATE TABLE child (id int PRIMARY KEY, parent int REFERENCES parent DEFERRABLE INITIALLY DEFERRED, body text);
        CREATE TYPE mood AS ENUM ('sad', 'fine');
        INSERT INTO parent SELECT generate_series(1, 20)
        """;

    private static readonly int[] Sizes = [0, 1, 100, 8_000, 9_000, 25_000];

    private readonly Random _random = new(seed);
    private int _id;

    public Statement[][] Batch() => [.. Enumerable.Range(0, 1 + _random.Next(40)).Select(_ => _random.Next(10) == 0 ? Group() : [One()])];

    private Statement[] Group() => [.. Enumerable.Range(0, 1 + _random.Next(4)).Select(_ => _random.Next(3) == 0 ? One() : Insert())];

    private Statement One() => _random.Next(24) switch
    {
        0 => Statement.Of("SELECT 1 / $1::int", _random.Next(3)),
        1 => Statement.Of("SELECT missing FROM nowhere WHERE $1::int = 1", _random.Next(3)),
        2 => Statement.Of("SELEC"),
        3 => Statement.Of("SELECT $1::text", _random.Next(3) == 0 ? "\0" : Text()),
        4 => Statement.Of("SELECT ($1::text)::mood::text", _random.Next(2) == 0 ? "fine" : "odd"),
        5 => Statement.Of("SELECT ($1::text)::int", _random.Next(2) == 0 ? "12" : "twelve"),
        6 => Statement.Of("SELECT 100 / ($1::int - n) FROM generate_series(1, 300) n", _random.Next(600)),
        7 => Statement.Of("SELECT n, repeat('x', $1::int) FROM generate_series(1, $2::int) n", Sizes[_random.Next(Sizes.Length)], _random.Next(5)),
        8 => Statement.Of("INSERT INTO child VALUES ($1, $2, NULL)", ++_id, _random.Next(30)),
        9 => Statement.Of("INSERT INTO child VALUES ($1, $2, $3) RETURNING id, length(body)", _random.Next(_id + 5), 1 + _random.Next(20), Text()),
        10 => Statement.Of("WITH changed AS (UPDATE child SET body = $1 WHERE id % 3 = $2::int RETURNING id) SELECT id FROM changed ORDER BY id", Text(), _random.Next(3)),
        11 => Statement.Of("DELETE FROM child WHERE id % 11 = $1::int", _random.Next(11)),
        12 => Statement.Of("DELETE FROM parent WHERE id = $1::int", _random.Next(60)),
        13 => Statement.Of("SELECT count(*), coalesce(sum(id), 0), coalesce(sum(length(body)), 0) FROM child"),
        14 => Statement.Of("DO $$ BEGIN RAISE EXCEPTION 'mine' USING ERRCODE = 'P0042'; END $$"),
        15 => Statement.Of("SELECT WHERE $1::int = 1", _random.Next(2)),
        16 => Statement.Of("TABLE parent ORDER BY id"),
        17 => Statement.Of("VALUES (NULL::text), ($1::text)", Text()),
        18 => Statement.Of("SELECT 1; SELECT 2"),
        19 => Statement.Of("SHOW standard_conforming_strings"),
        _ => Insert(),
    };

    private Statement Insert() => Statement.Of("INSERT INTO child VALUES ($1, $2, $3)", ++_id, 1 + _random.Next(20), Text());

    private string Text() => new((char)('a' + _random.Next(26)), Sizes[_random.Next(Sizes.Length)]);
}
