using GlanceStore.Drivers;
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

    public static async Task KeepAsync(ImageStores stores, ImageReceipt receipt, Stream response, CancellationToken cancellationToken)
    {
        // Null where there is nothing.
        StoredObject? stored = await stores.StoreOf(receipt.Location).FindAsync(receipt.Location, cancellationToken);
        Console.WriteLine($"{stored?.Size} bytes, of {stored?.LastModified}");

        // 4 KiB from the second MiB on, verified as the whole is.
        var part = ReadOptions.Verify(receipt) with { Range = new ByteRange(1 << 20, 4096) };
        await using (var image = await stores.OpenReadAsync([receipt.Location], part, cancellationToken))
        {
            await image.CopyToAsync(response, cancellationToken);
        }

        // Page by page; a request says with what names begin, and how many a page has.
        await foreach (ListingPage page in stores.ListAsync("fast", cancellationToken: cancellationToken))
        {
            foreach (ListedImage image in page.Images)
            {
                Console.WriteLine($"{image.Name}: {image.Stored.Size} bytes");
            }
        }

        // Copied, verified, and only then deleted where it was. The old receipt leads nowhere from here on: the new one takes its place.
        receipt = (await stores.MoveAsync(receipt.Location, "cold", CopyOptions.Verify(receipt), cancellationToken)).Receipt;

        // False where it was gone already.
        bool deleted = await stores.DeleteAsync(receipt.Location, cancellationToken: cancellationToken);
    }
}
