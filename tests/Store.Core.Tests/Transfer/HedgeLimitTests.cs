using GlanceStore.Transfer;

namespace GlanceStore.Core.Tests.Transfer;

[TestClass]
public sealed class HedgeLimitTests
{
    private readonly HedgeLimit _limit = new(TimeSpan.FromSeconds(1), TimeProvider.System);

    [TestMethod]
    public void One_piece_in_twenty_is_hedged_and_none_of_the_first_twenty()
    {
        var taken = new List<int>();
        for (var piece = 1; piece <= 100; piece++)
        {
            _limit.Fetched(1000);
            if (_limit.TryTake(1000))
            {
                taken.Add(piece);
                _limit.Release();
            }
        }

        CollectionAssert.AreEqual(new[] { 20, 40, 60, 80, 100 }, taken);
    }

    [TestMethod]
    public void Bytes_are_counted_and_not_pieces()
    {
        _limit.Fetched(20_000);
        Assert.IsFalse(_limit.TryTake(1001));
        Assert.IsTrue(_limit.TryTake(1000));
    }

    [TestMethod]
    public void One_hedge_at_a_time()
    {
        _limit.Fetched(1_000_000);
        Assert.IsTrue(_limit.TryTake(1000));
        Assert.IsFalse(_limit.TryTake(1000));
        _limit.Release();
        Assert.IsTrue(_limit.TryTake(1000));
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(3)]
    public void Whatever_the_lengths_never_more_than_one_byte_in_twenty(int seed)
    {
        var random = new Random(seed);
        long fetched = 0, hedged = 0;
        for (var i = 0; i < 10_000; i++)
        {
            var length = random.Next(1, 8 << 20);
            if (_limit.TryTake(length))
            {
                hedged += length;
                _limit.Release();
            }

            _limit.Fetched(length);
            fetched += length;
            Assert.IsLessThanOrEqualTo(fetched, hedged * 20);
        }

        Assert.IsGreaterThan(0, hedged);
    }
}
