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

await using var service = ServiceHost.Build(args);
await service.RunAsync();
return 0;
