namespace GlanceStore.Abstractions.Tests;

[TestClass]
public sealed class PutSessionTests
{
    private static readonly PutSession Session = new("fast", new ImageId("image"), "token", [new ChunkRun(10, 4096), new ChunkRun(1, 8192)])
    {
        Size = 45_000,
        Written = new Dictionary<int, ChunkEntry> { [2] = new(4096, 0xff), [0] = new(4096, ulong.MaxValue) },
    };

    [TestMethod]
    public void A_session_comes_back_from_its_JSON()
    {
        var back = PutSession.FromJson(Session.ToJson());
        Assert.AreEqual((Session.StoreId, Session.Id, Session.Upload, Session.Size), (back.StoreId, back.Id, back.Upload, back.Size));
        Assert.AreSequenceEqual(Session.Plan, back.Plan);
        Assert.AreSequenceEqual(Session.Written.OrderBy(chunk => chunk.Key), back.Written.OrderBy(chunk => chunk.Key));
        Assert.IsNull(PutSession.FromJson((Session with { Size = null }).ToJson()).Size);
    }

    [TestMethod]
    public void The_JSON_is_one_small_object_of_these_fields() => Assert.AreEqual(
        """{"store":"fast","id":"image","size":45000,"upload":"token","plan":[{"count":10,"length":4096}],"chunks":[{"index":0,"length":4096,"checksum":"xxh3_64:00000000000000ff"}]}""",
        (new PutSession("fast", new ImageId("image"), "token", [new ChunkRun(10, 4096)])
        {
            Size = 45_000,
            Written = new Dictionary<int, ChunkEntry> { [0] = new(4096, 0xff) },
        }).ToJson());

    [TestMethod]
    [DataRow("")]
    [DataRow("null")]
    [DataRow("[]")]
    [DataRow("{}")]
    [DataRow("""{"store":"a","id":"b","upload":"c","plan":[{"count":1,"length":1}]}""")]
    [DataRow("""{"store":"a","id":"b","upload":"c","plan":[],"chunks":[]}""")]
    [DataRow("""{"store":"a","id":"b","upload":"c","plan":[{"count":1,"length":0}],"chunks":[]}""")]
    [DataRow("""{"store":"a","id":"b","upload":"","plan":[{"count":1,"length":1}],"chunks":[]}""")]
    [DataRow("""{"store":"a","id":"../b","upload":"c","plan":[{"count":1,"length":1}],"chunks":[]}""")]
    [DataRow("""{"store":"a","id":"b","size":-1,"upload":"c","plan":[{"count":1,"length":1}],"chunks":[]}""")]
    [DataRow("""{"store":"a","id":"b","upload":"c","plan":[{"count":1,"length":1}],"chunks":[{"index":-1,"length":1,"checksum":"xxh3_64:00"}]}""")]
    [DataRow("""{"store":"a","id":"b","upload":"c","plan":[{"count":1,"length":1}],"chunks":[{"index":0,"length":1,"checksum":"md5:00"}]}""")]
    [DataRow("""{"store":"a","id":"b","upload":"c","plan":[{"count":1,"length":1}],"chunks":[{"index":0,"length":1,"checksum":"xxh3_64:00"},{"index":0,"length":1,"checksum":"xxh3_64:00"}]}""")]
    [DataRow("""{"store":"a","id":"b","upload":"c","plan":[null],"chunks":[null]}""")]
    public void What_is_no_session_is_a_FormatException(string json) => Assert.ThrowsExactly<FormatException>(() => PutSession.FromJson(json));

    [TestMethod]
    public void Any_cut_of_a_session_is_a_FormatException()
    {
        var json = Session.ToJson();
        for (var length = 0; length < json.Length; length++)
        {
            Assert.ThrowsExactly<FormatException>(() => PutSession.FromJson(json[..length]));
        }
    }
}
