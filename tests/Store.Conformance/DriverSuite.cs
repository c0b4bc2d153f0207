using System.Globalization;

namespace GlanceStore.Conformance;

/// <summary>What all suites share: a store over the driver, seeded images, and the questions that many cases ask.</summary>
/// <typeparam name="THarness">The author's harness. Every test has one of its own.</typeparam>
public abstract partial class DriverSuite<THarness> where THarness : DriverHarness, new()
{
    private const string SeedVariable = "GLANCESTORE_SEED";

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    private readonly Lazy<DirectoryInfo> _scratch = new(() => Directory.CreateTempSubdirectory("glance-store-scratch-"));

    private int _images;

    /// <summary>What MSTest says of the running test.</summary>
    public TestContext TestContext { get; set; } = null!;

    /// <summary>The author's harness.</summary>
    protected THarness Harness { get; private set; } = null!;

    /// <summary>A driver over the harness's storage.</summary>
    protected StoreDriver Driver { get; private set; } = null!;

    /// <summary>A store over <see cref="Driver"/>, with small chunks and no pause before a retry.</summary>
    protected ImageStore Store { get; private set; } = null!;

    /// <summary>The memory of all stores of this test.</summary>
    protected TransferBudget Budget { get; private set; } = null!;

    /// <summary>A budget of four chunks, so that a read of more has to go piece by piece.</summary>
    protected TransferBudget TightBudget { get; private set; } = null!;

    /// <summary>What the driver says of itself.</summary>
    protected DriverCapabilities Capabilities => Driver.Info.Capabilities;

    /// <summary>The options of the stores of this test.</summary>
    protected ImageStoreOptions Options { get; private set; } = null!;

    /// <summary>The chunk length of this test, in bytes.</summary>
    protected int ChunkBytes { get; private set; }

    /// <summary>The seed of all random bytes of this test; the environment variable <c>GLANCESTORE_SEED</c> sets it.</summary>
    protected int Seed { get; private set; }

    /// <summary>A directory for files of this test alone, removed at its end.</summary>
    protected DirectoryInfo Scratch => _scratch.Value;

    /// <summary>Cancelled when the test is.</summary>
    protected CancellationToken Cancellation => TestContext.CancellationToken;

    /// <summary>Makes the harness, the driver and the store, or skips the test.</summary>
    [TestInitialize]
    public async Task StartAsync()
    {
        Seed = int.TryParse(Environment.GetEnvironmentVariable(SeedVariable), CultureInfo.InvariantCulture, out var seed)
            ? seed
            : Random.Shared.Next();
        Harness = new THarness();
        if (Harness.SkipReason is { } reason)
        {
            SkippedServers.Skip(Harness.Name, reason);
        }

        Driver = await Harness.CreateDriverAsync();
        ChunkBytes = (int)Math.Clamp(Harness.ChunkBytes, Capabilities.MinChunkBytes, Capabilities.MaxChunkBytes);
        Options = new ImageStoreOptions { ChunkBytes = ChunkBytes, RetryDelay = TimeSpan.Zero };
        Budget = new TransferBudget(Math.Max(16 << 20, 64L * ChunkBytes));
        TightBudget = new TransferBudget(Chunks(4));
        Store = NewStore(Driver);
    }

    /// <summary>Removes what the test made, and fails it where the store kept a buffer.</summary>
    [TestCleanup]
    public async Task StopAsync()
    {
        if (TestContext.CurrentTestOutcome == UnitTestOutcome.Failed)
        {
            TestContext.WriteLine($"The random bytes come from {SeedVariable}={Seed}.");
        }

        if (Store is not null)
        {
            await Store.DisposeAsync();
        }

        if (Harness is not null)
        {
            await Harness.DisposeAsync();
        }

        if (_scratch.IsValueCreated)
        {
            Scratch.Delete(recursive: true);
        }

        if (TestContext.CurrentTestOutcome == UnitTestOutcome.Passed)
        {
            await AssertBuffersReturnAsync();
        }
    }

    /// <summary>An image with an id and bytes that no other of this test has.</summary>
    protected SampleImage NewImage(long length) => NewImage(NewId(), length);

    /// <summary>Another image for an id.</summary>
    protected SampleImage NewImage(ImageId id, long length) =>
        new(id, new SyntheticContent(unchecked(Seed + Interlocked.Increment(ref _images))), length);

    /// <summary>A length of so many chunks and some bytes more, or less.</summary>
    protected long Chunks(int count, int bytes = 0) => ((long)count * ChunkBytes) + bytes;

    /// <summary>An id that no image has.</summary>
    protected static ImageId NewId() => ImageId.New();

    /// <summary>A store over a driver, with the options of this test or others.</summary>
    protected ImageStore NewStore(StoreDriver driver, ImageStoreOptions? options = null, TransferBudget? budget = null) =>
        new("conformance", driver, options ?? Options, budget ?? Budget);

    /// <summary>A store in which a plan lets things go wrong, over a driver of its own or as <see cref="DriverHarness.SharesDriver"/> says. The caller disposes it.</summary>
    protected async Task<ImageStore> NewStoreAsync(FaultPlan plan, ImageStoreOptions? options = null, TransferBudget? budget = null) =>
        NewStore(Harness.SharesDriver ? new FaultyDriver(Driver, plan, owns: false) : new FaultyDriver(await Harness.CreateDriverAsync(), plan), options, budget);

    /// <summary>How to put an image: its size is declared where the driver needs it, and only there.</summary>
    protected PutOptions Putting(SampleImage image, WriteMode mode = WriteMode.CreateNew) =>
        new() { Mode = mode, ExpectedSize = Capabilities.NeedsSize ? image.Length : null };

    /// <summary>Puts an image.</summary>
    protected async Task<ImageReceipt> PutAsync(SampleImage image, WriteMode mode = WriteMode.CreateNew) =>
        await Store.PutAsync(image.Id, image.OpenSource(), Putting(image, mode), Cancellation);

    /// <summary>Places an image of some length, by a put or, for a read-only driver, behind its back.</summary>
    protected async Task<SampleImage> SeedImageAsync(long length)
    {
        var image = NewImage(length);
        await Harness.SeedAsync(Store, image.Id, image.Bytes);
        return image;
    }

    /// <summary>Where an image is or would be.</summary>
    protected ImageLocation LocationOf(SampleImage image) => Store.LocationOf(image.Id);

    /// <summary>How to read an image verified, chunk by chunk.</summary>
    protected ReadOptions Verified(SampleImage image) => new() { Manifest = image.ManifestOf(ChunkBytes) };

    /// <summary>Reads an image, or what the options ask for, to its end.</summary>
    protected Task<byte[]> ReadAsync(SampleImage image, ReadOptions? options = null) => ReadAsync(Store, image, options);

    /// <summary>Reads an image from a store, or what the options ask for, to its end.</summary>
    protected async Task<byte[]> ReadAsync(ImageStore store, SampleImage image, ReadOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(store);
        await using var stream = await store.OpenReadAsync(LocationOf(image), options, Cancellation);
        return await ReadToEndAsync(stream);
    }

    /// <summary>Reads what is left of a stream.</summary>
    protected async Task<byte[]> ReadToEndAsync(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        using var buffer = new MemoryStream();
        await stream.CopyToAsync(buffer, Cancellation);
        return buffer.ToArray();
    }

    // The digests of a put that failed may still be at their last chunk. No thread is blocked: a cancelled test may go on within the very
    // callback of its token, and what else that token ends, the read of a source among it, ends after it.
    private async Task AssertBuffersReturnAsync()
    {
        for (var left = TimeSpan.FromMinutes(1); Budget.UsedBytes + TightBudget.UsedBytes > 0; left -= Pause)
        {
            Assert.IsGreaterThan(TimeSpan.Zero, left, "The store keeps buffers, and all transfers have ended.");
            await Task.Delay(Pause);
        }
    }
}
