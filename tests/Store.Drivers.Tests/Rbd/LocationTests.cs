namespace GlanceStore.Drivers.Rbd;

[TestClass]
public sealed class LocationTests
{
    private const string Fsid = "11111111-2222-3333-4444-555555555555";

    private static readonly RbdLocations Plain = new(() => Fsid, "images");
    private static readonly RbdLocations Quoted = new(() => Fsid, "Bilder für alle/namens raum");

    [TestMethod]
    public void A_location_is_written_with_four_pieces_each_quoted_to_the_letter()
    {
        Assert.AreEqual($"rbd://{Fsid}/images/a/snap", Plain.Of(new ImageId("a")).Uri);
        Assert.AreEqual($"rbd://{Fsid}/Bilder%20f%C3%BCr%20alle%2Fnamens%20raum/a-._~/snap", Quoted.Of(new ImageId("a-._~")).Uri);
    }

    [TestMethod]
    [DataRow("rbd://image", "image", "snap")]
    [DataRow("rbd://a%20b", "a%20b", "snap")]
    [DataRow($"rbd://{Fsid}/images/a%2Fb%3Fc%25/s%40t", "a/b?c%", "s@t")]
    [DataRow($"rbd://{Fsid}/images/ü/snap", "ü", "snap")]
    public void Both_forms_are_read(string uri, string image, string snapshot)
    {
        var place = RbdLocations.PlaceOf(Plain.Parse(uri));
        Assert.AreEqual(new RbdPlace(image, snapshot), place);
    }

    [TestMethod]
    [DataRow("rbd://")]
    [DataRow("RBD://a")]
    [DataRow($"rbd://{Fsid}/images/a")]
    [DataRow($"rbd://{Fsid}/images//snap")]
    [DataRow($"rbd://{Fsid}/other/a/snap")]
    [DataRow("rbd://99999999-2222-3333-4444-555555555555/images/a/snap")]
    [DataRow($"rbd://{Fsid}/images/a%00b/snap")]
    [DataRow("rbd://glancestore-put.a.b")]
    public void What_is_of_another_cluster_or_pool_or_malformed_is_InvalidLocation(string uri)
    {
        var error = Assert.ThrowsExactly<StoreException>(() => Plain.Parse(uri));
        Assert.AreEqual(StoreError.InvalidLocation, error.Error);
    }
}
