using ActorPool.Core.Model;

namespace ActorPool.Core.Waiting;

/// <summary>
/// The place of the statements without a key in the queue of the requests: it asks for one connection, with the rank of the oldest of them. When it is
/// served, the connection takes what waits at that moment.
/// </summary>
internal sealed class StatementTurn() : Waiter(key: null, timeout: null)
{
    public override bool RunsStatements => true;

    public override bool TryClaim() => true;
}
