namespace GlanceStore.Abstractions.Tests;

[TestClass]
public sealed class ImageIdTests
{
    [TestMethod]
    [DataRow("6f3f1f6e-6a0c-4a55-9f0e-1b2a3c4d5e6f")]
    [DataRow("a")]
    [DataRow("0.qcow2")]
    [DataRow("Debian_12~cloud")]
    public void Unreserved_characters_make_an_id(string text)
    {
        Assert.AreEqual(text, new ImageId(text).Value);
        Assert.IsTrue(ImageId.TryParse(text, out var parsed));
        Assert.AreEqual(new ImageId(text), parsed);
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("..")]
    [DataRow(".hidden")]
    [DataRow("-rf")]
    [DataRow("a/b")]
    [DataRow("a\0b")]
    [DataRow("a b")]
    [DataRow("a%2Fb")]
    [DataRow("ä")]
    public void Anything_else_is_refused_with_a_sentence(string text)
    {
        var e = Assert.ThrowsExactly<ArgumentException>(() => new ImageId(text));
        Assert.Contains("is not an image id", e.Message);
        Assert.IsFalse(ImageId.TryParse(text, out _));
        Assert.ThrowsExactly<FormatException>(() => ImageId.Parse(text));
    }

    [TestMethod]
    public void An_id_has_at_most_255_characters()
    {
        Assert.AreEqual(255, new ImageId(new string('a', 255)).Value.Length);
        var e = Assert.ThrowsExactly<ArgumentException>(() => new ImageId(new string('a', 300)));
        Assert.Contains("300", e.Message);
        Assert.IsLessThan(200, e.Message.Length, "a refused id is not repeated whole");
    }

    [TestMethod]
    public void A_refused_id_cannot_write_to_the_terminal()
    {
        var e = Assert.ThrowsExactly<ArgumentException>(() => new ImageId("a\u001b[2J"));
        Assert.DoesNotContain("\u001b", e.Message);
    }

    [TestMethod]
    public void An_id_that_was_never_set_names_nothing() => Assert.ThrowsExactly<InvalidOperationException>(() => default(ImageId).Value);
}
