namespace ActorPool.Mutations;

/// <summary>One named way to break the core: a text in one of its files that is replaced.</summary>
/// <param name="Name">The behaviour of the broken core.</param>
/// <param name="File">Below <c>src/ActorPool/Core</c>.</param>
/// <param name="Text">Occurs in the file exactly once.</param>
/// <param name="Instead">Replaces it.</param>
internal sealed record Mutation(string Name, string File, string Text, string Instead)
{
    /// <summary>The file with the mutation in it.</summary>
    /// <exception cref="MutationException">The text is not there, or more than once: the file has changed since the mutation was written.</exception>
    public string In(string content)
    {
        var at = content.IndexOf(Text, StringComparison.Ordinal);
        if (at < 0)
            throw new MutationException($"'{Name}' does not fit: its text is not in {File}. Rewrite it for the present file.\n{Text}");
        if (content.IndexOf(Text, at + 1, StringComparison.Ordinal) >= 0)
            throw new MutationException($"'{Name}' is ambiguous: its text occurs in {File} more than once.\n{Text}");
        return content.Remove(at, Text.Length).Insert(at, Instead);
    }
}
