using GlanceStore.Drivers;
using GlanceStore.Transfer;

namespace GlanceStore.Core.Tests.Transfer;

[TestClass]
public sealed class ChunkPlanTests
{
    private const long MiB = 1L << 20;
    private const long GiB = 1L << 30;
    private const long TiB = 1L << 40;

    // The limits of real backends: S3, an S3 look-alike with 1,000 parts, Azure, and none at all.
    private static readonly DriverCapabilities S3 = Limits(10_000, 5 * GiB, 5 * MiB, 16 * MiB);
    private static readonly DriverCapabilities FewParts = Limits(1_000, long.MaxValue, 5 * MiB, 16 * MiB);
    private static readonly DriverCapabilities Azure = Limits(50_000, 4000 * MiB, 1, 8 * MiB);
    private static readonly DriverCapabilities None = new();

    private static IEnumerable<DriverCapabilities> All => [S3, FewParts, Azure, None];

    [TestMethod]
    public void Any_known_size_fits_in_chunks_of_one_length_within_the_limits()
    {
        var random = new Random(1);
        foreach (var limits in All)
        {
            long[] edges = [0, 1, 8 * MiB - 1, 8 * MiB, 8 * MiB + 1, 16 * MiB, 100 * GiB, 5 * TiB];
            foreach (var size in edges.Concat(Enumerable.Range(0, 500).Select(_ => random.NextInt64(5 * TiB))))
            {
                var plan = ChunkPlan.For(size, limits, null, long.MaxValue);
                var length = plan.LengthOf(0);
                var count = Math.Max(1, (size + length - 1) / length);
                Assert.IsLessThanOrEqualTo(limits.MaxChunks, count, $"{size} bytes");
                Assert.IsLessThanOrEqualTo(limits.MaxChunkBytes, length, $"{size} bytes");
                Assert.IsTrue(count == 1 || length >= limits.MinChunkBytes, $"{size} bytes");
                Assert.AreEqual(length, plan.LengthOf(count - 1), "one length for all");
                Assert.IsGreaterThanOrEqualTo(size, plan.Capacity);
            }
        }
    }

    [TestMethod]
    public void Five_TiB_of_unknown_size_fit_the_limits_of_every_backend()
    {
        foreach (var limits in All)
        {
            var plan = ChunkPlan.For(null, limits, null, long.MaxValue);
            Assert.IsGreaterThanOrEqualTo(5 * TiB, plan.Capacity, $"{limits.MaxChunks} chunks");
            Assert.IsLessThanOrEqualTo(limits.MaxChunkBytes, plan.LargestChunk);
        }
    }

    [TestMethod]
    public void The_chunks_of_an_unknown_size_grow_and_never_shrink_and_add_up_to_the_capacity()
    {
        foreach (var limits in new[] { S3, FewParts, Azure })
        {
            foreach (var buffer in new[] { 32 * MiB, 256 * MiB, long.MaxValue })
            {
                var plan = ChunkPlan.For(null, limits, null, buffer);
                long sum = 0, last = 0;
                for (var i = 0; i < limits.MaxChunks; i++)
                {
                    var length = plan.LengthOf(i);
                    Assert.IsGreaterThanOrEqualTo(Math.Max(last, limits.MinChunkBytes), length);
                    Assert.IsLessThanOrEqualTo(Math.Min(buffer, limits.MaxChunkBytes), length);
                    sum += last = length;
                }

                Assert.AreEqual(plan.Capacity, sum);
                Assert.AreEqual(0, plan.LengthOf(limits.MaxChunks));
            }
        }
    }

    [TestMethod]
    public void A_hundred_GiB_of_unknown_size_need_no_more_than_16_MiB_chunks_on_S3()
    {
        var plan = ChunkPlan.For(null, S3, null, new TransferBudget().LargestChunk);
        long sum = 0;
        for (var i = 0; sum < 100 * GiB; i++)
        {
            Assert.IsLessThanOrEqualTo(16 * MiB, plan.LengthOf(i));
            sum += plan.LengthOf(i);
        }
    }

    [TestMethod]
    public void A_size_beyond_the_drivers_limits_is_refused()
    {
        var e = Assert.ThrowsExactly<StoreException>(() => ChunkPlan.For(10_001, Limits(10, 1000, 1, 100), null, long.MaxValue));
        Assert.AreEqual(StoreError.TooLarge, e.Error);
    }

    [TestMethod]
    public void A_preference_is_kept_where_the_limits_allow()
    {
        Assert.AreEqual(1 * MiB, ChunkPlan.For(100 * MiB, None, MiB, long.MaxValue).LengthOf(0));
        Assert.AreEqual(5 * MiB, ChunkPlan.For(100 * MiB, S3, MiB, long.MaxValue).LengthOf(0));
        Assert.AreEqual(4 * MiB, ChunkPlan.For(4 * MiB, S3, null, long.MaxValue).LengthOf(0), "a small image is one chunk of its own size");
    }

    private static DriverCapabilities Limits(int chunks, long most, long least, long preferred) =>
        new() { MaxChunks = chunks, MaxChunkBytes = most, MinChunkBytes = least, PreferredChunkBytes = preferred };
}
