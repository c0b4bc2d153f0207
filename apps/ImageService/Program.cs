using GlanceStore.Applications;
using GlanceStore.ImageService;
using GlanceStore.ImageService.Checking;

return CheckCommand.IsCalledBy(args)
    ? await CheckCommand.RunAsync(args, Console.Out, Console.Error, CancellationToken.None)
    : await Application.RunAsync("image-service", ServiceHost.Usage, args, Console.Out, Console.Error, () => Task.FromResult(ServiceHost.Prepare(args)), service => service.RunAsync());
