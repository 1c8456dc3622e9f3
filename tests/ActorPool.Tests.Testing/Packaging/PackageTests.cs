using ActorPool.Tests.Shared;

namespace ActorPool.Tests.Testing.Packaging;

/// <summary>The package of the test pool.</summary>
public sealed class PackageTests(PackageTests.TestingPackage package) : PackageContract(package), IClassFixture<PackageTests.TestingPackage>
{
    [Fact]
    public void A_package_depends_on_the_pool_alone()
    {
        Assert.Equal(["ActorPool"], Dependencies);
    }

    public sealed class TestingPackage() : Package("ActorPool.Testing");
}
