namespace GlanceStore.Drivers.Sftp;

[TestClass]
public sealed class FeedTests
{
    [TestMethod]
    public async Task Bytes_are_taken_in_order_and_the_offer_is_done_with_the_last()
    {
        var feed = new SftpFeed();
        var offer = feed.Offer(new byte[] { 1, 2, 3 }, 0)!;
        var buffer = new byte[2];
        Assert.AreEqual(2, feed.Read(buffer));
        Assert.IsFalse(offer.IsCompleted);
        Assert.AreEqual(1, feed.Read(buffer));
        await offer;
        CollectionAssert.AreEqual(new byte[] { 3, 2 }, buffer);
    }

    [TestMethod]
    public void A_chunk_that_comes_again_goes_on_where_the_first_was_withdrawn()
    {
        var feed = new SftpFeed();
        feed.Offer(new byte[] { 1, 2, 3 }, 0);
        var buffer = new byte[2];
        Assert.AreEqual(2, feed.Read(buffer));
        feed.Withdraw();
        feed.Offer(new byte[] { 1, 2, 3 }, 0);
        Assert.AreEqual(1, feed.Read(buffer));
        Assert.AreEqual(3, buffer[0]);
        Assert.IsTrue(feed.Offer(new byte[] { 1, 2, 3 }, 0)!.IsCompletedSuccessfully);
    }

    [TestMethod]
    public void Bytes_that_are_not_next_are_not_taken() => Assert.IsNull(new SftpFeed().Offer(new byte[] { 1 }, 1));

    [TestMethod]
    public void After_its_end_there_is_nothing()
    {
        var feed = new SftpFeed();
        feed.End();
        Assert.AreEqual(0, feed.Read(new byte[1]));
    }
}
