using static ActorPool.Tests.Core.RandomSequences.Dice;
using static ActorPool.Tests.Core.Support.BrokenPromiseException;

namespace ActorPool.Tests.Core.RandomSequences;

// The commands about statements.
internal sealed partial class ScenarioRun
{
    private void DoWithStatements(Command command)
    {
        var (a, b, c) = (command.A, command.B, command.C);
        switch (command.Op)
        {
            case Op.Tell or Op.TellGone:
                _told.Add(_pool.Tell(Pick(Texts, b), Pick(UserKeys, a), Pick(StatementTimeouts, c), gone: command.Op == Op.TellGone, bytes: Pick(Sizes, c / StatementTimeouts.Length)));
                break;
            case Op.BatchBegins when Choose(_pool.Ledger.Batches, a) is { } batch:
                _pool.Begins(batch);
                break;
            case Op.BatchEnded when Choose(_pool.Ledger.Batches, a) is { } batch:
                _pool.BatchEnded(batch, Condition(c), i => End((b / 4) + (i * (1 + (b % 4)))), i => TimeSpan.FromMilliseconds((b + c + i) % 3 == 2 ? 100 : 1));
                break;
            case Op.HeadMoves when b % 8 == 7 && Choose(_pool.Ledger.Batches, a) is { } batch:
                _pool.HeadRests(batch);
                break;
            case Op.HeadMoves when Choose(_pool.Ledger.Batches, a) is { } batch && batch.At < batch.Statements.Length:
                _pool.HeadMoves(batch, batch.At + 1);
                break;
            case Op.GiveUp when Choose(_told.FindAll(statement => statement.Answer is null), a) is { } statement:
                _pool.GiveUp(statement);
                break;
            case Op.GoneStatement when Choose(_told.FindAll(statement => statement is { Answer: null, Gone: false }), a) is { } statement:
                _pool.Log?.Invoke($"{statement.Name} is gone");
                statement.Gone = true;
                break;
        }
    }

    /// <summary>No place for statements was lost.</summary>
    private void RunOnAll()
    {
        foreach (var text in Texts)
        {
            var statement = _pool.Tell(text, timeout: Timeout.InfiniteTimeSpan);
            _pool.Finish(TimeSpan.FromMilliseconds(1));
            if (statement.Answer is null)
            {
                _pool.Pass(TimeSpan.FromSeconds(1));
                _pool.Finish(TimeSpan.FromMilliseconds(1));
            }

            Unless(statement.Answer == EffectKind.Run, $"a place for statements is lost: {statement}");
        }
    }
}
