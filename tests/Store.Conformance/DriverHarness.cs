namespace GlanceStore.Conformance;

/// <summary>
/// What the author of a driver supplies to run the suites: how to make the driver, what its backend holds, and a few things that
/// only somebody who knows the backend can do behind the driver's back.
/// </summary>
/// <remarks>
/// Every test makes its own harness, and tests run at the same time: a harness is an empty place of its own (a directory, a prefix, a
/// container), made when it is first asked for a driver and removed by <see cref="DisposeAsync"/>.
/// </remarks>
public abstract class DriverHarness : IAsyncDisposable
{
    /// <summary>The password that <see cref="LocationWithSecret"/> puts into a URI, and that must never be seen again.</summary>
    public const string CanarySecret = "c4nary-s3cret-7f";

    /// <summary>
    /// The name of the server the tests need, as the environment variable <c>GLANCESTORE_REQUIRE</c> would list it (names separated by
    /// commas): where it is listed, a test that cannot run fails instead of being skipped.
    /// </summary>
    public abstract string Name { get; }

    /// <summary>Why the tests cannot run here, usually a server that is not there and how to start it; null, the default, where they can.</summary>
    public virtual string? SkipReason => null;

    /// <summary>The chunk length of the tests in bytes; 64 KiB by default, or the driver's limit where that forbids it.</summary>
    public virtual int ChunkBytes => 64 << 10;

    /// <summary>How long the front waits for a sign of life in tests of a stalled backend: longer than a slow answer; 500 ms by default.</summary>
    public virtual TimeSpan StallTimeout => TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// Whether the stores of a test share its one driver, except where a case is about several. Cheaper for a driver that connects and logs in anew;
    /// for further harnesses of a backend, of which one at least <em>should</em> leave it as it is by default, false: there every store has a driver
    /// that knows nothing yet.
    /// </summary>
    public virtual bool SharesDriver => false;

    /// <summary>URIs that belong to another store or lead out of this one: each <em>must</em> be <see cref="StoreError.InvalidLocation"/>.</summary>
    public abstract IReadOnlyList<string> ForeignLocations { get; }

    /// <summary>URIs of the driver's schemes that are malformed: each <em>must</em> be <see cref="StoreError.InvalidLocation"/>.</summary>
    public virtual IReadOnlyList<string> MalformedLocations => [];

    /// <summary>The secrets in the options of the drivers this harness makes, so that a test can look for them where they must not be.</summary>
    public virtual IReadOnlyList<string> SecretsInOptions => [];

    /// <summary>Makes a driver. Called several times in a test: all of them <em>must</em> see the same images.</summary>
    public abstract ValueTask<StoreDriver> CreateDriverAsync();

    /// <summary>
    /// Where the driver's requests for images go, where that is HTTP without TLS: the suites then put something before it that lies. Null, the
    /// default, for any other backend.
    /// </summary>
    public virtual Uri? HttpEndpoint => null;

    /// <summary>
    /// Makes a driver that asks for images at another address than <see cref="HttpEndpoint"/>, where all it asks is passed on. Called where
    /// there is such an endpoint only.
    /// </summary>
    public virtual ValueTask<StoreDriver> CreateDriverAsync(Uri httpEndpoint) =>
        throw new NotSupportedException("A harness that has an HttpEndpoint makes drivers for another one as well.");

    /// <summary>
    /// Everything in the backend, by name: images, and also temporary files, segments and uploads that never ended; empty where no image is,
    /// so without the directories that the driver makes once. It <em>must</em> ask the backend itself, not the driver.
    /// </summary>
    public abstract ValueTask<IReadOnlyCollection<string>> ListEverythingAsync();

    /// <summary>Places an image, or another one in its stead. By default a put; a harness of a read-only driver does it behind its back.</summary>
    public virtual async ValueTask SeedAsync(ImageStore store, ImageId id, ReadOnlyMemory<byte> bytes)
    {
        using var source = new MemoryStream(bytes.ToArray(), writable: false);
        await store.PutAsync(id, source, new PutOptions { ExpectedSize = bytes.Length, Mode = WriteMode.Replace });
    }

    /// <summary>Flips a bit of the stored byte at an offset, as failing hardware would: nothing else changes. False where it cannot be done.</summary>
    public virtual ValueTask<bool> CorruptAsync(ImageLocation location, long offset) => ValueTask.FromResult(false);

    /// <summary>Cuts the stored bytes to a size behind the driver's back. False, the default, where it cannot be done.</summary>
    public virtual ValueTask<bool> TruncateAsync(ImageLocation location, long size) => ValueTask.FromResult(false);

    /// <summary>Other URIs of the image at a location: every dialect the driver reads. None by default.</summary>
    public virtual IReadOnlyList<string> EquivalentLocations(ImageLocation location) => [];

    /// <summary>A URI of an image that holds <see cref="CanarySecret"/> as a password; null, the default, where the schemes have no such form.</summary>
    public virtual string? LocationWithSecret(ImageId id) => null;

    /// <summary>Removes everything the harness made.</summary>
    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }
}
