using ActorPool.Statements;

namespace ActorPool.Tests.Statements;

/// <summary>Quotes and comments end where the server sees their end.</summary>
public sealed class SqlScannerTests
{
    [Theory]
    [InlineData("a'b'c", "Word:a Quoted:'b' Word:c")]
    [InlineData("'it''s' x", "Quoted:'it''s' Word:x")]
    [InlineData(@"'a\' x", @"Quoted:'a\' Word:x")]
    [InlineData(@"E'a\'b' x", @"Quoted:E'a\'b' Word:x")]
    [InlineData(@"e'\\' x", @"Quoted:e'\\' Word:x")]
    [InlineData("E'a'\n 'b\\'c' x", "Quoted:E'a'\n 'b\\'c' Word:x")]
    [InlineData("E'a' 'b\\' x", "Quoted:E'a' Quoted:'b\\' Word:x")]
    [InlineData("\"a;\"\"b\" x", "Quoted:\"a;\"\"b\" Word:x")]
    [InlineData("$$a'$$ x", "Quoted:$$a'$$ Word:x")]
    [InlineData("$f$ $$ $g$ $f$ x", "Quoted:$f$ $$ $g$ $f$ Word:x")]
    [InlineData("a$b$c x", "Word:a$b$c Word:x")]
    [InlineData("$1 $22", "Parameter:$1 Parameter:$22")]
    [InlineData("$ a", "Other:$ Word:a")]
    [InlineData("a -- b ; '\n c", "Word:a Comment:-- b ; ' Word:c")]
    [InlineData("a - - b", "Word:a Other:- Other:- Word:b")]
    [InlineData("/* a /* b */ ' */ c", "Comment:/* a /* b */ ' */ Word:c")]
    [InlineData("/* a /*/ b */ */ c", "Comment:/* a /*/ b */ */ Word:c")]
    [InlineData("/**/c", "Comment:/**/ Word:c")]
    [InlineData("1.5e3 0xFF", "Other:1.5e3 Other:0xFF")]
    [InlineData("f(é_1);", "Word:f Open:( Word:é_1 Close:) Semicolon:;")]
    [InlineData("{a}", "Brace:{ Word:a Brace:}")]
    [InlineData("U&'a' B'1' n'x'", "Word:U Other:& Quoted:'a' Word:B Quoted:'1' Word:n Quoted:'x'")]
    [InlineData("'open", "Quoted:'open")]
    [InlineData("/* open", "Comment:/* open")]
    [InlineData("$a$ open $b$", "Quoted:$a$ open $b$")]
    [InlineData("-- open", "Comment:-- open")]
    [InlineData(" \t\r\n", "")]
    [InlineData("E'\\", "Quoted:E'\\")]
    public void A_text_is_cut_into_its_tokens(string sql, string tokens)
    {
        var found = new List<string>();
        var scanner = new SqlScanner(sql);
        while (scanner.Next())
            found.Add($"{scanner.Token}:{scanner.Text}");

        Assert.Equal(tokens, string.Join(' ', found));
    }

    [Fact]
    public void Any_text_has_an_end()
    {
        var dice = new Random(14);
        for (var i = 0; i < 20_000; i++)
        {
            var sql = string.Concat(Enumerable.Range(0, dice.Next(12)).Select(_ => "'\"$-/*\\eE1a;(){} \n"[dice.Next(18)]));
            var scanner = new SqlScanner(sql);
            var end = 0;
            while (scanner.Next())
            {
                Assert.True(scanner.Start >= end && scanner.End > scanner.Start && scanner.End <= sql.Length, sql);
                end = scanner.End;
            }
        }
    }
}
