namespace GlanceStore.Drivers.Rbd;

[TestClass]
public sealed class OptionsTests
{
    [TestMethod]
    public void Every_mistake_is_listed_at_once()
    {
        var wrong = new RbdDriverOptions
        {
            Pool = "a/b/c",
            User = "client.glance",
            CephConf = "/nowhere/ceph.conf",
            DataPool = "",
            ObjectBytes = 1,
            ConnectTimeout = TimeSpan.Zero,
            OperationTimeout = TimeSpan.FromDays(2),
        };
        var error = Assert.ThrowsExactly<StoreException>(() => new RbdDriver(wrong));
        Assert.AreEqual(StoreError.InvalidConfiguration, error.Error);
        foreach (var name in new[] { "Pool", "User", "CephConf", "DataPool", "ObjectBytes", "ConnectTimeout", "OperationTimeout" })
        {
            Assert.Contains($"'{name}'", error.Message);
        }
    }

    [TestMethod]
    [DataRow("images", true)]
    [DataRow("images/tenant", true)]
    [DataRow("Bilder für alle", true)]
    [DataRow("", false)]
    [DataRow("images/", false)]
    [DataRow("/tenant", false)]
    [DataRow("images/a/b", false)]
    public void A_pool_may_name_one_namespace(string pool, bool isRight) =>
        Assert.AreEqual(isRight, new RbdDriverOptions { Pool = pool }.Mistakes().Count == 0);

    [TestMethod]
    public void Settings_become_options()
    {
        var conf = typeof(OptionsTests).Assembly.Location; // any file that is there
        var settings = new DriverSettings(new Dictionary<string, string?>
        {
            ["Pool"] = "cold/tenant", ["User"] = "glance", ["CephConf"] = conf, ["DataPool"] = "cold-data", ["ObjectBytes"] = "3145728",
            ["ThinProvisioning"] = "yes", ["ConnectTimeout"] = "3", ["OperationTimeout"] = "00:01:00",
        });
        var options = RbdDriverOptions.From(settings);
        Assert.IsEmpty(settings.Mistakes);
        Assert.IsEmpty(options.Mistakes());
        Assert.AreEqual(
            new RbdDriverOptions
            {
                Pool = "cold/tenant", User = "glance", CephConf = conf, DataPool = "cold-data", ObjectBytes = 3 << 20, ThinProvisioning = true,
                ConnectTimeout = TimeSpan.FromSeconds(3), OperationTimeout = TimeSpan.FromMinutes(1),
            },
            options);
        Assert.AreEqual(21, options.Order, "3 MiB are rounded down to 2 MiB, as glance does.");
        Assert.AreEqual(("cold", "tenant"), options.PoolParts);
    }

    [TestMethod]
    public void What_glance_leaves_empty_is_as_if_it_was_not_set() =>
        Assert.AreEqual(new RbdDriverOptions(), RbdDriverOptions.From(new DriverSettings(new Dictionary<string, string?> { ["User"] = "", ["CephConf"] = "", ["DataPool"] = "" })));

    [TestMethod]
    public void A_setting_that_does_not_fit_is_one_sentence()
    {
        var settings = new DriverSettings(new Dictionary<string, string?> { ["ObjectBytes"] = "67108864", ["ThinProvisioning"] = "perhaps", ["Nonsense"] = "x" });
        RbdDriverOptions.From(settings);
        Assert.HasCount(3, settings.Mistakes.ToArray());
    }
}
