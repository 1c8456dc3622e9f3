[assembly: TestFramework("ActorPool.Tests.Shared.ServerFirst", "ActorPool.Tests.Libraries")]
