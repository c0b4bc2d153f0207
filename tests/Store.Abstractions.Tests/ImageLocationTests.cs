using System.Text.Json;

namespace GlanceStore.Abstractions.Tests;

[TestClass]
public sealed class ImageLocationTests
{
    private const string Canary = "c4n4ry-s3cr3t";

    [TestMethod]
    [DataRow("file:///srv/images/a", "file")]
    [DataRow("swift+config://ref/container/a", "swift+config")]
    [DataRow("sftp://user@host/a", "sftp")]
    [DataRow("file:///a:b@c/d", "file")]
    [DataRow("https://host:8443/images/a@b", "https")]
    public void The_scheme_is_what_stands_before_the_slashes(string uri, string scheme) =>
        Assert.AreEqual(scheme, new ImageLocation(uri, null).Scheme);

    [TestMethod]
    [DataRow("/srv/images/a")]
    [DataRow("a")]
    [DataRow("://a")]
    [DataRow("/x/file://a")]
    public void A_text_without_a_scheme_is_no_location(string text) =>
        Assert.ThrowsExactly<ArgumentException>(() => new ImageLocation(text, null));

    [TestMethod]
    [DataRow("s3://AK:" + Canary + "@host/bucket/key")]
    [DataRow("s3+https://AK:a/" + Canary + "+=@host/bucket/key")]
    [DataRow("swift+http://tenant:user:" + Canary + "/x@host/v1/container/key")]
    [DataRow("http://user:" + Canary + "@host/key")]
    public void A_location_takes_no_password(string uri)
    {
        var e = Assert.ThrowsExactly<ArgumentException>(() => new ImageLocation(uri, null));
        Assert.DoesNotContain(Canary, e.Message);
    }

    [TestMethod]
    public void A_signed_address_is_shown_without_its_signature()
    {
        var location = new ImageLocation($"https://host/container/a?sig={Canary}", null);
        Assert.AreEqual("https://host/container/a?…", location.ToString());
        Assert.Contains(Canary, location.Uri);
    }

    [TestMethod]
    public void A_secret_is_never_rendered_serialised_or_compared()
    {
        var plain = new ImageLocation("s3://host/bucket/key", "cold");
        var secret = plain with { Secret = new LocationSecret("user-" + Canary, Canary) };
        Assert.AreEqual(plain, secret);
        Assert.AreEqual(plain.GetHashCode(), secret.GetHashCode());
        Assert.DoesNotContain(Canary, $"{secret}{secret.Secret}{JsonSerializer.Serialize(secret)}");
        secret.Secret.Reveal(out var user, out var password);
        Assert.AreEqual(("user-" + Canary, Canary), (user, password));
    }
}
