using System.Net;

namespace GlanceStore.Drivers.Http.Tests;

/// <summary>Drivers and reads as most tests need them.</summary>
internal static class Drivers
{
    /// <summary>Options that let a test reach its own machine.</summary>
    public static HttpDriverOptions Loopback { get; } = new() { AllowedNetworks = ["loopback"] };

    /// <summary>Much longer than anything takes on a busy machine, and not as long as something that waits for ever.</summary>
    public static TimeSpan BeforeLong { get; } = TimeSpan.FromMinutes(1);

    public static byte[] Image(int length, int seed = 7)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    /// <summary>A driver for which every name is on this machine.</summary>
    public static HttpDriver WithNames(HttpDriverOptions? options = null) =>
        new(options ?? Loopback, TimeProvider.System, (_, _) => Task.FromResult(new[] { IPAddress.Loopback }));

    public static async Task<byte[]> ReadAllAsync(this HttpDriver driver, string uri, ByteRange? range = null, string? versionTag = null)
    {
        await using var reader = await driver.OpenReadAsync(driver.ParseLocation(uri), new ReadIntent(range, versionTag), default);
        return await reader.ReadToEndAsync();
    }

    public static async Task<byte[]> ReadToEndAsync(this DriverReader reader)
    {
        using var all = new MemoryStream();
        var buffer = new byte[5000];
        while (await reader.ReadAsync(buffer, default) is > 0 and var count)
        {
            all.Write(buffer, 0, count);
        }

        return all.ToArray();
    }

    public static async Task<int> ReadAtLeastAsync(this DriverReader reader, int count)
    {
        var have = 0;
        while (have < count)
        {
            have += await reader.ReadAsync(new byte[count - have], default);
        }

        return have;
    }

    public static ValueTask<StoredObject?> FindAsync(this HttpDriver driver, string uri) => driver.FindAsync(driver.ParseLocation(uri), default);

    public static async Task<StoreException> FailsAsync(StoreError error, Func<Task> body)
    {
        var e = await Assert.ThrowsExactlyAsync<StoreException>(body);
        Assert.AreEqual(error, e.Error, e.Message);
        return e;
    }
}
