namespace ActorPool.Benchmarks.Statements;

/// <summary>A read was answered with the value of another key.</summary>
internal sealed class WrongAnswerException(int id, int value) : Exception($"The read of key {id} was answered {value}, not {ValueTable.ValueOf(id)}.");
