using GlanceStore.Drivers.File;
using Microsoft.Extensions.DependencyInjection;

namespace GlanceStore.Cli.Tests;

/// <summary>The sample of README.md, to the letter, so that it compiles and runs.</summary>
internal static class ReadmeSample
{
    public static async Task RunAsync(string imageDirectory, string diskFile, string copyFile)
    {
        await using var services = new ServiceCollection()
            .AddGlanceStore(stores => stores.AddFile("local", options => options with { Directory = imageDirectory }))
            .BuildServiceProvider();
        var store = services.GetRequiredService<IImageStore>();

        await using var disk = File.OpenRead(diskFile);
        ImageReceipt receipt = await store.PutAsync(ImageId.New(), disk);   // stored whole, or not at all

        await using var image = await store.OpenReadAsync(receipt.Location, ReadOptions.Verify(receipt));
        await using var copy = File.Create(copyFile);
        await image.CopyToAsync(copy);                                      // no byte gets here unverified
    }
}
