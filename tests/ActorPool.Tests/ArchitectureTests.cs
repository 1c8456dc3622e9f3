using ActorPool.Tests.Architecture;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace ActorPool.Tests;

/// <summary>The sources are built as docs/architecture.md draws them.</summary>
public sealed class ArchitectureTests
{
    private const int MostLines = 250;
    private const string Model = "Core/Model/";

    public static TheoryData<string> Pictures => [.. Drawing.All.Keys];

    [Theory]
    [MemberData(nameof(Pictures))]
    public void Sources_use_only_the_rooms_that_the_picture_allows(string folder)
    {
        var drawing = Drawing.All[folder];

        None(
            from arrow in drawing.ArrowsOfSources
            where !drawing.Allows(arrow.Key)
            select $"{arrow.Key}: {string.Join(", ", arrow)}");
    }

    [Theory]
    [MemberData(nameof(Pictures))]
    public void Every_arrow_of_the_picture_is_used_by_the_sources(string folder)
    {
        var drawing = Drawing.All[folder];

        Assert.NotEmpty(drawing.Arrows);
        None(from arrow in drawing.Arrows where !drawing.ArrowsOfSources.Contains(arrow) select arrow.ToString());
    }

    [Theory]
    [MemberData(nameof(Pictures))]
    public void Rooms_do_not_use_each_other_in_a_circle(string folder)
    {
        var arrows = Drawing.All[folder].ArrowsOfSources.Select(arrow => arrow.Key).ToHashSet();

        None(from arrow in arrows where Drawing.Reaches(arrows, arrow.Used, arrow.User) select arrow.ToString());
    }

    [Fact]
    public void Every_file_that_the_document_names_exists()
    {
        var files = LibrarySources.Files.ToHashSet();

        None(from place in Drawing.Places where !files.Contains($"{place}.cs") && !Directory.Exists(Path.Combine(LibrarySources.Folder, place)) select place);
    }

    [Fact]
    public void Hosting_names_no_type_of_the_actors_but_the_key_of_the_pool_manager()
    {
        Assert.Equal(["PoolManager"], Drawing.All[""].ArrowsOfSources[new Arrow("Hosting", "Actors")].Select(use => use.Type.Name).Distinct());
    }

    [Fact]
    public void Core_knows_the_base_library_alone()
    {
        None(
            from use in LibrarySources.Uses
            where use.File.StartsWith("Core/", StringComparison.Ordinal) && !LibrarySources.DeclaringFiles(use.Type).Any() && !IsOfBaseLibrary(use.Type)
            select use.ToString());
    }

    [Fact]
    public void A_member_of_the_model_is_written_by_one_room_of_the_core()
    {
        None(
            from use in LibrarySources.Uses
            where use.Symbol is IPropertySymbol or IFieldSymbol && LibrarySources.DeclaringFiles(use.Type).Any(IsOfModel) && !LibrarySources.DeclaringFiles(use.Type).Contains(use.File) && IsWritten(use)
            group use by use.Symbol.OriginalDefinition.ToDisplayString() into member
            let rooms = member.Select(use => Path.GetDirectoryName(use.File)).Distinct()
            where rooms.Count() > 1
            select $"{member.Key}: {string.Join(", ", member)}");
    }

    [Fact]
    public void No_file_of_the_library_is_longer_than_one_idea()
    {
        None(
            from file in LibrarySources.Files
            let lines = File.ReadLines(Path.Combine(LibrarySources.Folder, file)).Count()
            where lines > MostLines
            select $"{file}: {lines} lines, at most {MostLines}");
    }

    [Fact]
    public void Every_file_of_the_library_opens_with_a_sentence_that_tells_its_idea()
    {
        None(from file in LibrarySources.Files where FirstType(file) is { } type && !type.GetLeadingTrivia().Any(IsComment) select file);
    }

    private static void None(IEnumerable<string> faults) => Assert.True(!faults.Any(), string.Join('\n', faults));

    private static MemberDeclarationSyntax? FirstType(string file) =>
        CSharpSyntaxTree.ParseText(File.ReadAllText(Path.Combine(LibrarySources.Folder, file))).GetRoot().DescendantNodes().OfType<MemberDeclarationSyntax>()
        .FirstOrDefault(node => node is BaseTypeDeclarationSyntax or DelegateDeclarationSyntax);

    private static bool IsComment(SyntaxTrivia trivia) =>
        trivia.IsKind(SyntaxKind.SingleLineCommentTrivia) || trivia.IsKind(SyntaxKind.SingleLineDocumentationCommentTrivia);

    private static bool IsOfModel(string file) => file.StartsWith(Model, StringComparison.Ordinal);

    private static bool IsOfBaseLibrary(INamedTypeSymbol type) =>
        type.IsTupleType || type.ContainingNamespace.ToDisplayString() is var name && (name == "System" || name.StartsWith("System.", StringComparison.Ordinal));

    /// <summary>An assignment, a change in place or a reference for others to write, but for what a constructor or an initializer does to its own new object.</summary>
    private static bool IsWritten(Use use)
    {
        var target = use.Node;
        while (target.Parent is MemberAccessExpressionSyntax access && access.Name == target)
            target = access;
        if (target.Parent is InitializerExpressionSyntax or { Parent: InitializerExpressionSyntax })
            return false;
        if (use.Node.Ancestors().OfType<ConstructorDeclarationSyntax>().Any() && target == use.Node)
            return false;
        return target.Parent switch
        {
            AssignmentExpressionSyntax assignment => assignment.Left == target,
            PrefixUnaryExpressionSyntax change => change.IsKind(SyntaxKind.PreIncrementExpression) || change.IsKind(SyntaxKind.PreDecrementExpression),
            PostfixUnaryExpressionSyntax change => change.IsKind(SyntaxKind.PostIncrementExpression) || change.IsKind(SyntaxKind.PostDecrementExpression),
            ArgumentSyntax argument => argument.RefKindKeyword.IsKind(SyntaxKind.RefKeyword) || argument.RefKindKeyword.IsKind(SyntaxKind.OutKeyword),
            RefExpressionSyntax => true,
            _ => false,
        };
    }
}
