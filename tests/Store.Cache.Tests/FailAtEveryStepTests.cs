using GlanceStore.Cache.Files;
using static GlanceStore.Cache.Tests.Place;

namespace GlanceStore.Cache.Tests;

/// <summary>
/// A disk that fails at the first call of an operation, at the second, at the third … until the operation is through before: once and for good. Whatever happens, no wrong byte is
/// handed out, nothing that is not whole counts as whole, nothing is left open or outside the cache, and the next run on a disk that works succeeds.
/// </summary>
[TestClass]
public sealed class FailAtEveryStepTests
{
    private const int ChunkBytes = Place.ChunkBytes;
    private const int InputOutput = 5;
    private const int AccessDenied = 13;
    private const int NoSpace = 28;

    // Far more calls than any of the operations makes.
    private const int MostSteps = 2000;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    public static IEnumerable<object[]> Operations => Scene.Operations.Select(operation => new object[] { operation });

    [TestMethod]
    [DynamicData(nameof(Operations))]
    public Task A_call_that_fails_once_costs_that_operation_at_most(string operation) =>
        AllAsync(operation, operation is "ensure" or "read" ? [(InputOutput, false), (NoSpace, false), (AccessDenied, false)] : [(InputOutput, false), (AccessDenied, false)]);

    [TestMethod]
    [DynamicData(nameof(Operations))]
    public Task A_disk_that_dies_in_the_middle_costs_that_operation_at_most(string operation) => AllAsync(operation, (InputOutput, true));

    [TestMethod]
    public async Task There_is_no_kind_of_call_that_these_operations_do_not_make()
    {
        var made = new HashSet<DiskCall>();
        foreach (var operation in Scene.Operations)
        {
            var disk = new FaultyDisk();
            await using var scene = await Scene.MakeAsync(operation);
            await scene.PrepareAsync();
            await using (var cache = await scene.OpenAsync(disk))
            {
                await scene.RunAsync(cache, CancellationToken.None);
            }

            made.UnionWith(disk.Calls);
        }

        Assert.IsEmpty(Enum.GetValues<DiskCall>().Except(made).Except([DiskCall.Copy])); // nothing is copied where blocks are shared
    }

    [TestMethod]
    public async Task A_guest_reads_on_where_the_disk_of_the_cache_has_died()
    {
        await using var place = new Place();
        var bytes = Bytes(8 * ChunkBytes);
        var disk = new FaultyDisk { ForGood = true };
        await using var cache = await place.OpenAsync(options => options with { Disk = disk });
        await using var image = await cache.OpenAsync(await place.SourceAsync(bytes));
        await image.ReadExactlyAsync(new byte[3 * ChunkBytes]);
        disk.FailsAt = 1;
        await SameAsync(bytes, image);
        Assert.IsNotNull(disk.Failed);
    }

    [TestMethod]
    public async Task A_sector_that_cannot_be_read_any_more_is_fetched_again()
    {
        await using var place = new Place();
        var bytes = Bytes(8 * ChunkBytes);
        var source = await place.SourceAsync(bytes);
        var disk = new FaultyDisk();
        await using var cache = await place.OpenAsync(options => options with { Disk = disk });
        await (await cache.EnsureAsync(source)).DisposeAsync();
        var fetched = place.Driver.Reads;
        await using var image = await cache.OpenAsync(source);
        disk.FailsAt = disk.Calls.Count + 2; // that which compares the first chunk, which is looked at for being a hole before
        await SameAsync(bytes, image);
        Assert.AreEqual(DiskCall.Read, disk.Failed);
        Assert.AreEqual(1, place.Driver.Reads - fetched);
    }

    private static async Task AllAsync(string operation, params (int Error, bool IsForGood)[] faults)
    {
        foreach (var (error, isForGood) in faults)
        {
            await AtEachStepAsync(operation, error, isForGood);
        }
    }

    private static async Task AtEachStepAsync(string operation, int error, bool isForGood)
    {
        await using var scene = await Scene.MakeAsync(operation);
        for (var step = 1; step < MostSteps; step++)
        {
            var disk = new FaultyDisk { FailsAt = step, Error = error, ForGood = isForGood };
            await scene.PrepareAsync();
            await RunAsync(scene, disk, $"{operation} with error {error} at call {step}{(isForGood ? " and all after it" : "")}");
            await scene.CheckAsync($"{operation} with error {error} at call {step} ({disk.Failed}){(isForGood ? " and all after it" : "")}", isForGood);
            if (disk.Failed is null)
            {
                Assert.IsGreaterThan(1, step, "Not one call was made, so none could fail.");
                return;
            }
        }

        Assert.Fail($"{operation} still made calls after {MostSteps} steps.");
    }

    private static async Task RunAsync(Scene scene, FaultyDisk disk, string what)
    {
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            await using var cache = await scene.OpenAsync(disk);
            await scene.RunAsync(cache, patience.Token);
        }
        catch (StoreException e)
        {
            Assert.IsNotNull(disk.Failed, $"{what}: {e.Message}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or OperationCanceledException)
        {
            Assert.Fail($"{what} ({disk.Failed}): {e}");
        }
    }
}
