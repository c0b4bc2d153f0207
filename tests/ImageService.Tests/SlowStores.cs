using GlanceStore.Conformance;
using GlanceStore.Drivers.File;

namespace GlanceStore.ImageService.Tests;

/// <summary>A store of a service as another process sees it that is slow: something else is done in the middle of every deletion.</summary>
internal static class SlowStores
{
    public static ImageStores Of(RunningService service, string store, Func<Task> meanwhile, bool isInUse = false)
    {
        var plan = new FaultPlan();
        var spot = plan.OnEach(DriverCall.Delete).Do(meanwhile);
        if (isInUse)
        {
            spot.Fail(StoreError.InUse);
        }

        return new ImageStores([new ImageStore(store, new FaultyDriver(new FileDriver(new FileDriverOptions { Directory = service.At(store) }), plan))]);
    }
}
