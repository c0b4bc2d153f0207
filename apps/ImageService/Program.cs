using GlanceStore;
using GlanceStore.ImageService;
using GlanceStore.ImageService.Checking;

if (ProgramHelp.IsAskedBy(args))
{
    Console.WriteLine(ProgramHelp.Text);
    return 0;
}

if (CheckCommand.IsCalledBy(args))
{
    return await CheckCommand.RunAsync(args, Console.Out, Console.Error, CancellationToken.None);
}

WebApplication service;
try
{
    service = ServiceHost.Build(args);
    service.Services.GetRequiredService<ImageStores>(); // whose mistakes would come out of the host's start otherwise, as a stack
}
catch (Exception e) when (e is InvalidOperationException or StoreException or IOException or InvalidDataException)
{
    await Console.Error.WriteLineAsync($"image-service: {e.Message}");
    return 2;
}

await using (service)
{
    await service.RunAsync();
}

return 0;
