using System.Security.Cryptography;
using System.Text.Json.Nodes;
using GlanceStore.Drivers;

namespace GlanceStore.Interoperation;

/// <summary>The same configuration for Python's glance_store and for us: each writes what the other reads, verifies and deletes.</summary>
public abstract class InteroperationTests
{
    private SharedPlace? _place;

    /// <summary>The store of the configuration that is put to the test; null for its default store, in the form of one store a type.</summary>
    private protected abstract string? StoreId { get; }

    private protected IImageStore Ours => StoreId is null ? _place!.Stores.Default : _place!.Stores[StoreId];

    private protected ImageStores Stores => _place!.Stores;

    private protected PythonLibrary Python => _place!.Python;

    [TestInitialize]
    public async Task Open()
    {
        await PythonLibrary.RequireAsync();
        Require();
        _place = SharedPlace.Of(GetType());
        if (_place.IsOpen)
        {
            return;
        }

        var conf = At("glance-api.conf");
        await File.WriteAllTextAsync(conf, Configuration());
        _place.Open(conf, StoreId ?? "-");
    }

    private protected string At(string name) => Path.Combine(_place!.Root.FullName, name);

    /// <summary>The <c>glance-api.conf</c> of both.</summary>
    private protected abstract string Configuration();

    /// <summary>Skips the test where a server is not there.</summary>
    private protected virtual void Require()
    {
    }

    /// <summary>Makes a file of bytes that look random and are the same every time.</summary>
    private protected string MakeFile(int size)
    {
        var bytes = new byte[size];
        new Random(size).NextBytes(bytes);
        File.WriteAllBytes(At("image"), bytes);
        return At("image");
    }

    private protected static async Task<string> Sha512Async(string file)
    {
        await using var stream = File.OpenRead(file);
        return Convert.ToHexStringLower(await SHA512.HashDataAsync(stream));
    }

    /// <summary>Reads an image of ours, verified, into a file of which it gives the SHA-512.</summary>
    private protected async Task<string> ReadAsync(ImageLocation location, params Digest[] expected)
    {
        await using (var image = await Ours.OpenReadAsync(location, new ReadOptions { ExpectedDigests = expected }))
        await using (var copy = File.Create(At("copy")))
        {
            await image.CopyToAsync(copy);
        }

        return await Sha512Async(At("copy"));
    }

    /// <summary>The location as Python needs it: with credentials where its version writes them.</summary>
    private protected string UriForPython(ImageLocation location) => Ours.GetFeature<ILegacyUri>()?.LegacyUriOf(location) ?? location.Uri;

    private protected static string TextOf(JsonNode answer, string name) => (string)answer[name]!;
}
