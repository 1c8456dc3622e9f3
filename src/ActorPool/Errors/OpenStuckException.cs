namespace ActorPool.Errors;

/// <summary>A callback of the data source took longer than the open may take.</summary>
internal sealed class OpenStuckException(string message) : TimeoutException(message);
