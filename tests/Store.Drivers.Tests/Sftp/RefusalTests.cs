namespace GlanceStore.Drivers.Sftp;

/// <summary>Files that nobody may open, asked for by several at once, on a server that is not known yet to have more than one open.</summary>
[TestClass]
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class RefusalTests
{
    private const UnixFileMode ReadOnly = UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    // So that the requests are under way together.
    private static readonly TimeSpan Distance = TimeSpan.FromMilliseconds(5);

    // Who waits for a file that is never closed would wait for ever.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task A_put_into_a_directory_that_cannot_be_written_is_AccessDenied_and_does_not_wait(bool isWhole)
    {
        await using var place = SftpPlace.New();
        await place.PutAsync(place.Options(), new ImageId("there"), [1]);
        await using var proxy = new CuttingProxy(SftpServer.Port, delay: Distance);
        await using var driver = new SftpDriver(Through(place, proxy));
        using var limit = new CancellationTokenSource(Patience);
        var writable = File.GetUnixFileMode(place.Images);
        File.SetUnixFileMode(place.Images, ReadOnly);
        try
        {
            await AssertDeniedAsync(() => PutAsync(driver, isWhole, limit.Token));
        }
        finally
        {
            File.SetUnixFileMode(place.Images, writable);
        }

        Assert.HasCount(1, place.Files());
    }

    [TestMethod]
    public async Task Of_several_reads_of_an_image_that_cannot_be_read_each_is_AccessDenied_and_none_waits()
    {
        await using var place = SftpPlace.New();
        var id = new ImageId("image");
        await place.PutAsync(place.Options(), id, [1]);
        File.SetUnixFileMode($"{place.Images}/{id}", UnixFileMode.None);
        await using var proxy = new CuttingProxy(SftpServer.Port, delay: Distance);
        await using var driver = new SftpDriver(Through(place, proxy) with { MaxConnections = 1 });
        using var limit = new CancellationTokenSource(Patience);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ =>
            AssertDeniedAsync(() => driver.OpenReadAsync(driver.LocationOf(id), new ReadIntent(), limit.Token).AsTask())));
    }

    private static SftpDriverOptions Through(SftpPlace place, CuttingProxy proxy) =>
        place.Options() with { Port = proxy.Port, KnownHostsFile = null, AcceptUnknownHostKey = true };

    private static async Task PutAsync(SftpDriver driver, bool isWhole, CancellationToken cancellationToken)
    {
        if (isWhole)
        {
            var summary = new WriteSummary(1, new ChunkManifest([]), []);
            await driver.WriteWholeAsync(ImageId.New(), new WriteIntent(WriteMode.CreateNew, 1), new Chunk(0, 0, new byte[1], 0, true), summary, cancellationToken);
        }
        else
        {
            await using var writer = await driver.OpenWriteAsync(ImageId.New(), new WriteIntent(WriteMode.CreateNew, null), cancellationToken);
        }
    }

    private static async Task AssertDeniedAsync(Func<Task> action)
    {
        var error = await Assert.ThrowsExactlyAsync<StoreException>(action);
        Assert.AreEqual(StoreError.AccessDenied, error.Error, error.Message);
    }
}
