using GlanceStore.Applications;
using GlanceStore.ImageService;
using GlanceStore.ImageService.Checking;

return CheckCommand.IsCalledBy(args)
    ? await CheckCommand.RunAsync(args, Console.Out, Console.Error, CancellationToken.None)
    : await Application.RunAsync(args, Console.Error, () => Task.FromResult(ServiceHost.Build(args)), service => service.RunAsync());
