namespace ActorPool.Statements;

/// <summary>Refuses a format of a hole that cannot be the name of a type of PostgreSQL, such as a format of .NET.</summary>
internal static class TypeNameRule
{
    /// <exception cref="ArgumentException">It is no name of a type.</exception>
    public static void Check(string format)
    {
        if (format.Length == 0 || !(char.IsLetter(format[0]) || format[0] is '_' or '"') || format.Any(c => !IsOfTypeName(c)))
            throw new ArgumentException(
                $"'{format}' is not the name of a type. The format of a hole names a type of PostgreSQL, as in {{json:jsonb}}; it does not make text of the value.", nameof(format));
    }

    // Such as character varying(20), "my schema"."My Type", int4[].
    private static bool IsOfTypeName(char c) => char.IsLetterOrDigit(c) || c is '_' or ' ' or '.' or '"' or '(' or ')' or ',' or '[' or ']' or '$';
}
