using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace ActorPool.Tests;

/// <summary>Comments and texts name things by their terms, instead of by pronouns and idioms.</summary>
public sealed partial class WordsTests
{
    private const double MostInThousand = 0.3;

    private static IEnumerable<SyntaxTree> Sources =>
        from path in Directory.EnumerateFiles(Path.Combine(ReadmeTests.Repository, "src"), "*.cs", SearchOption.AllDirectories)
        let file = Path.GetRelativePath(Path.Combine(ReadmeTests.Repository, "src"), path).Replace('\\', '/')
        where !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal)
        select CSharpSyntaxTree.ParseText(File.ReadAllText(path), path: file);

    [Fact]
    public void Comments_have_hardly_any_pronoun_in_place_of_a_term()
    {
        var comments = Sources.SelectMany(Comments).ToList();
        var found = comments.Where(comment => Pronoun().IsMatch(comment.Text)).ToList();
        var inThousand = 1000.0 * comments.Sum(comment => Pronoun().Count(comment.Text)) / comments.Sum(comment => Word().Count(comment.Text));

        Assert.True(inThousand < MostInThousand, $"{inThousand:0.00} of 1,000 words:\n{string.Join('\n', found)}");
    }

    [Fact]
    public void Comments_have_no_idiom_in_place_of_a_term()
    {
        None(Sources.SelectMany(Comments).Where(comment => Idiom().IsMatch(comment.Text)));
    }

    [Fact]
    public void Errors_and_log_texts_name_things_by_their_terms()
    {
        None(Sources.SelectMany(Texts).Where(text => Pronoun().IsMatch(text.Text) || Idiom().IsMatch(text.Text)));
    }

    [Fact]
    public void Documents_and_settings_files_name_things_by_their_terms()
    {
        string[] documents =
        [
            Path.Combine(ReadmeTests.Repository, "README.md"),
            Path.Combine(ReadmeTests.Repository, "src", "ActorPool.Testing", "README.md"),
            Path.Combine(ReadmeTests.Repository, "src", "ActorPool.ThrowawayPostgres", "README.md"),
            .. Directory.EnumerateFiles(Path.Combine(ReadmeTests.Repository, "hocon")),
            .. Directory.EnumerateFiles(Path.Combine(ReadmeTests.Repository, "src", "ActorPool", "docs")),
        ];

        None(
            from document in documents
            from line in File.ReadLines(document)
            where Pronoun().IsMatch(line) || Idiom().IsMatch(line)
            select new Line(Path.GetFileName(document), line));
    }

    private static void None(IEnumerable<Line> found) => Assert.True(!found.Any(), string.Join('\n', found));

    private static IEnumerable<Line> Comments(SyntaxTree tree) =>
        from trivia in tree.GetRoot().DescendantTrivia()
        where trivia.IsKind(SyntaxKind.SingleLineCommentTrivia) || trivia.IsKind(SyntaxKind.SingleLineDocumentationCommentTrivia)
        from line in trivia.ToFullString().Split('\n')
        select new Line(tree.FilePath, line.Trim());

    /// <summary>Literals with a blank in them: the others are names.</summary>
    private static IEnumerable<Line> Texts(SyntaxTree tree) =>
        from token in tree.GetRoot().DescendantTokens()
        where token.Kind() is SyntaxKind.StringLiteralToken or SyntaxKind.InterpolatedStringTextToken or SyntaxKind.MultiLineRawStringLiteralToken or SyntaxKind.SingleLineRawStringLiteralToken
        where token.ValueText.Trim().Contains(' ', StringComparison.Ordinal)
        select new Line(tree.FilePath, token.ValueText.Trim());

    // A user of the system can be called nobody.
    [GeneratedRegex(@"(?<!['>`])\b(whoever|whatever|nobody|somebody|anybody|those who|in vain)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Pronoun();

    [GeneratedRegex(@"\b(proven|goodbye|any more|of its own accord|askers?|(has|have) its word|takes? no notice|by and by|under way|as good as|none the worse)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Idiom();

    [GeneratedRegex(@"[\p{L}']+")]
    private static partial Regex Word();

    private sealed record Line(string File, string Text)
    {
        public override string ToString() => $"{File}: {Text}";
    }
}
