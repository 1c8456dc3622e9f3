using ActorPool.HostedApp;
using Microsoft.Extensions.Hosting;

// The connection string, then the words of the test: see Variant.
if (args[1] == "console")
{
    await ConsoleProgram.RunAsync(args[0]);
    return;
}

var stop = new StopButton();
var variant = Variant.Parse(args[1..]);
using var host = Application.Build(args[0], variant, stop);
if (!variant.OwnStop)
{
    await host.RunAsync();
    return;
}

await host.StartAsync();
await stop.Pressed;
await host.StopAsync();
