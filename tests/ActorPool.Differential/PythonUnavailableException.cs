namespace ActorPool.Differential;

/// <summary>No Python with psycopg2 was found. The message is for the user of the program.</summary>
internal sealed class PythonUnavailableException(IReadOnlyList<string> tried) : Exception(
    $"""
    The comparison needs Python 3 with psycopg2. Install the package python3-psycopg2 of your system, or run
    "pip install psycopg2-binary", or name a Python that has it with --python PATH. Tried:
      {string.Join("\n  ", tried)}
    """);
