using System.Security.Cryptography;
using GlanceStore;
using GlanceStore.Drivers.File;

var image = RandomNumberGenerator.GetBytes(10_000_000);
await using var store = new ImageStore("images", new FileDriver(new FileDriverOptions { Directory = args[0] }));

var receipt = await store.PutAsync(ImageId.New(), new MemoryStream(image));
await using var stored = await store.OpenReadAsync(receipt.Location, ReadOptions.Verify(receipt));
using var copy = new MemoryStream();
await stored.CopyToAsync(copy);

Console.WriteLine($"{receipt.MultiHash?.Algorithm} {stored.Verdict.Verification} {copy.ToArray().AsSpan().SequenceEqual(image)}");
