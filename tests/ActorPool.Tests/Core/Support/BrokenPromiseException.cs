using System.Runtime.CompilerServices;
using System.Text;

namespace ActorPool.Tests.Core.Support;

/// <summary>The core did what it must never do.</summary>
public sealed class BrokenPromiseException(string message) : Exception(message)
{
    /// <summary>The text costs nothing while the promise is kept.</summary>
    public static void Unless(bool kept, [InterpolatedStringHandlerArgument(nameof(kept))] Broken broken)
    {
        if (!kept)
            throw new BrokenPromiseException(broken.ToString());
    }

    [InterpolatedStringHandler]
    public readonly struct Broken
    {
        private readonly StringBuilder? _text;

        public Broken(int literalLength, int formattedCount, bool kept, out bool needed)
        {
            needed = !kept;
            if (needed)
                _text = new StringBuilder(literalLength + formattedCount * 8);
        }

        public void AppendLiteral(string text) => _text!.Append(text);

        public void AppendFormatted<T>(T value) => _text!.Append(value);

        public override string ToString() => _text?.ToString() ?? "";
    }
}
