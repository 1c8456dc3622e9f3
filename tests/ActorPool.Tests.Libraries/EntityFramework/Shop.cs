using Microsoft.EntityFrameworkCore;

namespace ActorPool.Tests.Libraries.EntityFramework;

/// <summary>A model with what PostgreSQL has and others have not: arrays, JSON, and xmin as a concurrency token.</summary>
public sealed class Shop(DbContextOptions<Shop> options) : DbContext(options)
{
    public DbSet<Order> Orders => Set<Order>();

    protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.Entity<Order>(order =>
    {
        order.Property(o => o.Version).IsRowVersion();
        order.HasIndex(o => o.Number).IsUnique();
        order.OwnsOne(o => o.Address, address => address.ToJson());
    });
}

public sealed class Order
{
    public int Id { get; init; }

    public required int Number { get; set; }

    public string[] Tags { get; set; } = [];

    public Address Address { get; set; } = new();

    public List<Line> Lines { get; init; } = [];

    public uint Version { get; init; }
}

public sealed class Address
{
    public string City { get; set; } = "";
}

public sealed class Line
{
    public int Id { get; init; }

    public required string Product { get; set; }

    public int Count { get; set; }
}
