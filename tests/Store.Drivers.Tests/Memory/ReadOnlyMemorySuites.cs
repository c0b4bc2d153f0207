using GlanceStore.Conformance;

namespace GlanceStore.Drivers.Memory;

/// <summary>A store that only reads: images are placed behind its back.</summary>
public sealed class ReadOnlyMemoryHarness : MemoryHarness
{
    protected override DriverCapabilities Capabilities { get; } = new() { CanWrite = false, CanDelete = false };

    public override async ValueTask SeedAsync(ImageStore store, ImageId id, ReadOnlyMemory<byte> bytes)
    {
        await using var writable = new ImageStore("behind", new MemoryDriver(new MemoryDriverOptions { Storage = Storage }));
        await base.SeedAsync(writable, id, bytes);
    }
}

[TestClass]
public sealed class ReadOnlyMemoryAbandonedWrite : AbandonedWriteSuite<ReadOnlyMemoryHarness>;

[TestClass]
public sealed class ReadOnlyMemoryCancellation : CancellationSuite<ReadOnlyMemoryHarness>;

[TestClass]
public sealed class ReadOnlyMemoryConcurrency : ConcurrencySuite<ReadOnlyMemoryHarness>;

[TestClass]
public sealed class ReadOnlyMemoryDelete : DeleteSuite<ReadOnlyMemoryHarness>;

[TestClass]
public sealed class ReadOnlyMemoryDigest : DigestSuite<ReadOnlyMemoryHarness>;

[TestClass]
public sealed class ReadOnlyMemoryError : ErrorSuite<ReadOnlyMemoryHarness>;

[TestClass]
public sealed class ReadOnlyMemoryFault : FaultSuite<ReadOnlyMemoryHarness>;

[TestClass]
public sealed class ReadOnlyMemoryFind : FindSuite<ReadOnlyMemoryHarness>;

[TestClass]
public sealed class ReadOnlyMemoryLocation : LocationSuite<ReadOnlyMemoryHarness>;

[TestClass]
public sealed class ReadOnlyMemoryLie : LieSuite<ReadOnlyMemoryHarness>;

[TestClass]
public sealed class ReadOnlyMemoryListing : ListingSuite<ReadOnlyMemoryHarness>;

[TestClass]
public sealed class ReadOnlyMemoryManifest : ManifestSuite<ReadOnlyMemoryHarness>;

[TestClass]
public sealed class ReadOnlyMemoryOverwrite : OverwriteSuite<ReadOnlyMemoryHarness>;

[TestClass]
public sealed class ReadOnlyMemoryPut : PutSuite<ReadOnlyMemoryHarness>;

[TestClass]
public sealed class ReadOnlyMemoryRange : RangeSuite<ReadOnlyMemoryHarness>;

[TestClass]
public sealed class ReadOnlyMemoryReadFault : ReadFaultSuite<ReadOnlyMemoryHarness>;

[TestClass]
public sealed class ReadOnlyMemoryRead : ReadSuite<ReadOnlyMemoryHarness>;

[TestClass]
public sealed class ReadOnlyMemoryReorder : ReorderSuite<ReadOnlyMemoryHarness>;

[TestClass]
public sealed class ReadOnlyMemoryResume : ResumeSuite<ReadOnlyMemoryHarness>;

[TestClass]
public sealed class ReadOnlyMemoryResumedPut : ResumedPutSuite<ReadOnlyMemoryHarness>;

[TestClass]
public sealed class ReadOnlyMemorySecret : SecretSuite<ReadOnlyMemoryHarness>;

[TestClass]
public sealed class ReadOnlyMemorySeek : SeekSuite<ReadOnlyMemoryHarness>;

[TestClass]
public sealed class ReadOnlyMemorySizeContract : SizeContractSuite<ReadOnlyMemoryHarness>;

[TestClass]
public sealed class ReadOnlyMemorySizeEdge : SizeEdgeSuite<ReadOnlyMemoryHarness>;

[TestClass]
public sealed class ReadOnlyMemoryStandstill : StandstillSuite<ReadOnlyMemoryHarness>;

[TestClass]
public sealed class ReadOnlyMemoryStream : StreamSuite<ReadOnlyMemoryHarness>;

[TestClass]
public sealed class ReadOnlyMemoryUnknownLength : UnknownLengthSuite<ReadOnlyMemoryHarness>;
