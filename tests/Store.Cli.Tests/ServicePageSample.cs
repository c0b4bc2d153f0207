using GlanceStore.Drivers.File;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace GlanceStore.Cli.Tests;

/// <summary>The samples of docs/image-service.md, to the letter, so that they compile and run.</summary>
internal static class ServicePageSample
{
    public static void Register(IServiceCollection services, IConfiguration configuration)
    {
        services.AddGlanceStore(configuration.GetSection("GlanceStore"), stores => stores.AddFile());   // one AddX for each kind that is named
        services.AddHealthChecks().AddGlanceStore();
    }

    public static async Task RunAsync(ImageStores stores, Stream body, Stream response, CancellationToken cancellationToken)
    {
        // A request's body will do: no length, no seeking. Whoever keeps the receipt, as JSON, can verify every byte later.
        ImageReceipt receipt = await stores.Default.PutAsync(ImageId.New(), body, cancellationToken: cancellationToken);
        string row = receipt.ToJson();

        // Verified chunk by chunk; with a Range in the options a part of it is, too.
        receipt = ImageReceipt.FromJson(row);
        await using (var image = await stores.OpenReadAsync([receipt.Location], ReadOptions.Verify(receipt), cancellationToken))
        {
            await image.CopyToAsync(response, cancellationToken);
        }

        // The copy is verified before it is reported.
        ImageCopy copy = await stores.CopyAsync(receipt.Location, "cold", CopyOptions.Verify(receipt), cancellationToken);

        // From the heavier of two places. Where it fails, at the first byte or in the middle, the other one goes on at the same byte.
        ImageLocation[] places = [receipt.Location, copy.Receipt.Location];
        await using (var image = await stores.OpenReadAsync(places, ReadOptions.Verify(receipt), cancellationToken))
        {
            await image.CopyToAsync(response, cancellationToken);
        }
    }
}
