namespace GlanceStore.Drivers.Sftp;

[TestClass]
public sealed class LocationTests
{
    [TestMethod]
    [DataRow("h", 22, "/srv/images", "sftp://h/srv/images/id")]
    [DataRow("h", 2022, "/srv/images/", "sftp://h:2022/srv/images/id")]
    [DataRow("::1", 22, "/", "sftp://[::1]/id")]
    [DataRow("h", 22, "/my images", "sftp://h/my%20images/id")]
    public void A_location_is_host_port_and_path_and_is_read_again(string host, int port, string directory, string expected)
    {
        var locations = new SftpLocations(host, port, directory, "user");
        var location = locations.Of(new ImageId("id"));
        Assert.AreEqual(expected, location.Uri);
        Assert.AreEqual(location, locations.Parse(location.Uri));
        Assert.AreEqual("id", SftpLocations.NameOf(location));
    }

    [TestMethod]
    [DataRow("sftp://h:22/d/id")]
    [DataRow("sftp://H/d/id")]
    [DataRow("sftp://user@h/d/id")]
    [DataRow("sftp://user:p%40ss@h/d/id")]
    public void Every_way_to_write_it_is_the_same_location(string uri) =>
        Assert.AreEqual("sftp://h/d/id", new SftpLocations("h", 22, "/d", "user").Parse(uri).Uri);

    [TestMethod]
    public void A_password_is_kept_apart_and_decoded()
    {
        new SftpLocations("h", 22, "/d", "user").Parse("sftp://user:p%40ss@h/d/id").Secret!.Reveal(out var user, out var password);
        Assert.AreEqual("user", user);
        Assert.AreEqual("p@ss", password);
    }

    [TestMethod]
    [DataRow("sftp://h/d/id", "user")]
    [DataRow("sftp://user@h/d/id", "user")]
    [DataRow("sftp://somebody@h/d/id", "somebody")]
    [DataRow("sftp://some%2Fbody:p@h/d/id", "some/body")]
    public void The_user_that_a_location_names_is_whose_image_it_is(string uri, string user) =>
        Assert.AreEqual(user, new SftpLocations("h", 22, "/d", "user").Parse(uri).Account);

    [TestMethod]
    [DataRow("sftp://h:23/d/id")]
    [DataRow("sftp://i/d/id")]
    [DataRow("sftp://h/e/id")]
    [DataRow("sftp://h/d/e/id")]
    [DataRow("sftp://h/d/../id")]
    [DataRow("sftp://h/d/%2e%2e%2fid")]
    [DataRow("sftp://h/d/.glance-store-x.part")]
    [DataRow("sftp://h/d/id#x")]
    [DataRow("ftp://h/d/id")]
    public void A_location_of_another_place_is_refused(string uri) => Assert.AreEqual(
        StoreError.InvalidLocation, Assert.ThrowsExactly<StoreException>(() => new SftpLocations("h", 22, "/d", "user").Parse(uri)).Error);
}
