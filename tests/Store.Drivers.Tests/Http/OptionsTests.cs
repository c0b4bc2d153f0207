namespace GlanceStore.Drivers.Http.Tests;

[TestClass]
public sealed class OptionsTests
{
    [TestMethod]
    public void The_defaults_are_right() => Assert.IsEmpty(new HttpDriverOptions().Mistakes());

    [TestMethod]
    public void Every_mistake_is_listed()
    {
        var mistakes = new HttpDriverOptions
        {
            BaseUrl = "images.example.com",
            CaFile = "/nonexistent/ca.pem",
            HttpProxy = "::",
            HttpsProxy = "ftp://proxy",
            MaxRedirects = -1,
            ConnectTimeout = TimeSpan.Zero,
            TotalTimeout = TimeSpan.FromDays(100),
            MaxImageBytes = -1,
            NoProxy = ["a b"],
            AllowedHosts = ["*."],
            DeniedHosts = ["https://h"],
            AllowedPorts = [0],
            DeniedPorts = [65536],
            AllowedNetworks = ["10.0.0.0/40"],
            DeniedNetworks = ["nets"],
            Credentials = [HttpCredential.Basic("images.example.com", "a:b", "c"), HttpCredential.Bearer("https://h", "")],
        }.Mistakes();
        Assert.HasCount(18, mistakes, string.Join("\n", mistakes));
        Assert.HasCount(18, mistakes.Distinct());
    }

    [TestMethod]
    public void A_wrong_driver_is_not_made()
    {
        var e = Assert.ThrowsExactly<StoreException>(() => new HttpDriver(new HttpDriverOptions { MaxRedirects = 99, BaseUrl = "x" }));
        Assert.AreEqual(StoreError.InvalidConfiguration, e.Error);
        StringAssert.Contains(e.Message, "MaxRedirects");
        StringAssert.Contains(e.Message, "BaseUrl");
    }

    [TestMethod]
    public void Settings_become_options()
    {
        var settings = Settings(
            ("BaseUrl", "https://h/vm"), ("HttpProxy", "proxy:3128"), ("NoProxy", "a.example, *.b.example"), ("VerifyCertificates", "no"),
            ("MaxRedirects", "2"), ("ConnectTimeout", "00:00:03"), ("TotalTimeout", "3600"), ("MaxImageBytes", "1099511627776"),
            ("AllowedPorts", "80,443"), ("AllowedHosts:0", "x.example"), ("AllowedHosts:1", "y.example"), ("DeniedNetworks", "private"),
            ("Credentials:0:Origin", "https://h"), ("Credentials:0:User", "u"), ("Credentials:0:Password", "p"),
            ("Credentials:1:Origin", "https://i"), ("Credentials:1:Token", "t"));
        var options = HttpDriverOptions.From(settings);
        Assert.IsEmpty(settings.Mistakes);
        Assert.IsEmpty(options.Mistakes());
        Assert.AreEqual(("https://h/vm", "proxy:3128", false, 2), (options.BaseUrl, options.HttpProxy, options.VerifyCertificates, options.MaxRedirects));
        Assert.AreEqual((TimeSpan.FromSeconds(3), TimeSpan.FromHours(1), 1L << 40), (options.ConnectTimeout, options.TotalTimeout, options.MaxImageBytes));
        CollectionAssert.AreEqual(new[] { 80, 443 }, options.AllowedPorts.ToArray());
        CollectionAssert.AreEqual(new[] { "x.example", "y.example" }, options.AllowedHosts.ToArray());
        CollectionAssert.AreEqual(new[] { "a.example", "*.b.example" }, options.NoProxy.ToArray());
        Assert.HasCount(2, options.Credentials);
    }

    [TestMethod]
    public void Settings_that_are_not_set_are_the_defaults()
    {
        var settings = Settings();
        var (options, defaults) = (HttpDriverOptions.From(settings), new HttpDriverOptions());
        Assert.IsEmpty(settings.Mistakes);
        Assert.AreEqual(
            (defaults.MaxRedirects, defaults.ConnectTimeout, defaults.TotalTimeout, defaults.MaxImageBytes, defaults.VerifyCertificates),
            (options.MaxRedirects, options.ConnectTimeout, options.TotalTimeout, options.MaxImageBytes, options.VerifyCertificates));
    }

    [TestMethod]
    public void Settings_without_a_text_are_not_set()
    {
        var options = HttpDriverOptions.From(Settings(("BaseUrl", ""), ("CaFile", ""), ("HttpProxy", ""), ("HttpsProxy", "")));
        Assert.IsEmpty(options.Mistakes());
        Assert.IsNull(options.BaseUrl ?? options.CaFile ?? options.HttpProxy ?? options.HttpsProxy);
    }

    [TestMethod]
    public void Settings_that_do_not_fit_are_mistakes()
    {
        var settings = Settings(("MaxRedirects", "many"), ("Base", "x"), ("MaxImageBytes", "-2"), ("AllowedPorts", "http"));
        Assert.HasCount(1, HttpDriverOptions.From(settings).Mistakes());
        Assert.HasCount(3, settings.Mistakes);
    }

    private static DriverSettings Settings(params (string Name, string Text)[] values) =>
        new(values.Select(value => KeyValuePair.Create(value.Name, (string?)value.Text)));
}
