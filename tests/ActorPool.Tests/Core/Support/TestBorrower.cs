namespace ActorPool.Tests.Core.Support;

internal sealed class TestBorrower(string name) : Borrower
{
    public string Name { get; } = name;

    public bool Dead { get; set; }
}
