using Azure.Core;

namespace GlanceStore.Drivers.Azure;

[TestClass]
public sealed class AzureOptionsTests
{
    private const string Canary = "YzRuYXJ5LXMzY3JldA=="; // base64, as keys are

    private static readonly AzureDriverOptions Right = new() { AccountName = "account", Container = "images", AccountKey = Canary };

    [TestMethod]
    public void Every_mistake_is_listed_at_once_and_no_secret_is()
    {
        var wrong = new AzureDriverOptions
        {
            Endpoint = "ftp://x",
            Container = "A_b",
            Prefix = "/x",
            Credentials = AzureCredentialSource.Token,
            AccountKey = Canary + "!",
            SasToken = "sv=1&sig=" + Canary,
            EncryptionKey = Canary,
            AccessTier = "Tepid",
            CaBundle = "/nowhere.pem",
            MaxParallelBlocks = 0,
            ConnectTimeout = TimeSpan.Zero,
        };
        var error = Assert.ThrowsExactly<StoreException>(() => new AzureDriver(wrong));
        Assert.AreEqual(StoreError.InvalidConfiguration, error.Error);
        string[] named = ["Endpoint", "Container", "Prefix", "AccountKey", "SasToken", "TokenCredential", "EncryptionKey", "AccessTier", "CaBundle",
            "MaxParallelBlocks", "ConnectTimeout"];
        foreach (var name in named)
        {
            Assert.Contains($"'{name}'", error.Message);
        }

        Assert.DoesNotContain(Canary, error.ToString());
    }

    [TestMethod]
    public void Options_render_without_their_secrets()
    {
        Assert.DoesNotContain(Canary, Right.ToString());
        Assert.DoesNotContain(Canary, (Right with { AccountKey = null, ConnectionString = $"AccountName=account;AccountKey={Canary}" }).ToString());
    }

    [TestMethod]
    [DataRow("DefaultEndpointsProtocol=https;AccountName=account;AccountKey=" + Canary + ";EndpointSuffix=core.windows.net", "https://account.blob.core.windows.net/")]
    [DataRow("BlobEndpoint=https://account.blob.core.windows.net/;SharedAccessSignature=sv=2023-11-03&sig=c4nary", "https://account.blob.core.windows.net/")]
    [DataRow("UseDevelopmentStorage=true", "http://127.0.0.1:10000/devstoreaccount1")]
    public void A_connection_string_names_the_endpoint(string text, string expected)
    {
        var options = new AzureDriverOptions { ConnectionString = text, Container = "images" };
        Assert.IsEmpty(options.Mistakes());
        Assert.AreEqual(expected, options.Place!.Url.ToString());
        Assert.AreEqual(AzureCredentialSource.ConnectionString, options.Source);
        Assert.DoesNotContain("c4nary", options.ToString());
    }

    [TestMethod]
    public void A_connection_string_that_is_none_is_a_mistake_and_is_not_repeated()
    {
        var mistakes = new AzureDriverOptions { ConnectionString = $"AccountKey={Canary}", Container = "images" }.Mistakes();
        Assert.HasCount(1, mistakes);
        Assert.DoesNotContain(Canary, mistakes[0]);
    }

    [TestMethod]
    public void Who_asks_follows_from_what_is_set()
    {
        Assert.AreEqual(AzureCredentialSource.Key, Right.Source);
        Assert.AreEqual(AzureCredentialSource.Sas, (Right with { AccountKey = null, SasToken = "sv=1" }).Source);
        Assert.AreEqual(AzureCredentialSource.Default, (Right with { AccountKey = null }).Source);
        Assert.AreEqual(AzureCredentialSource.Token, (Right with { AccountKey = null, TokenCredential = new Fixed() }).Source);
    }

    [TestMethod]
    public void Tokens_and_customer_provided_keys_are_sent_over_https_alone()
    {
        var plain = Right with { Endpoint = "http://account.example.org", AccountKey = null };
        Assert.Contains("https", string.Join("; ", plain.Mistakes()));
        Assert.Contains("https", string.Join("; ", (plain with { AccountKey = Canary, EncryptionKey = Convert.ToBase64String(new byte[32]) }).Mistakes()));
    }

    [TestMethod]
    [DataRow("https://account.blob.core.windows.net", "account")]
    [DataRow("http://127.0.0.1:10000/devstoreaccount1", "devstoreaccount1")]
    [DataRow("http://azurite:10000/devstoreaccount1/", "devstoreaccount1")]
    [DataRow("http://127.0.0.1:10000", null)]
    [DataRow("https://account.z12.blob.storage.azure.net", "account")]
    [DataRow("https://images.example.org", null)]
    [DataRow("http://azurite:10000", null)]
    public void The_account_is_read_from_the_endpoint(string endpoint, string? account) =>
        Assert.AreEqual(account, AzureEndpoint.Parse(endpoint)!.Account);

    [TestMethod]
    [DataRow("abc", true)]
    [DataRow("a-b-1", true)]
    [DataRow("ab", false)]
    [DataRow("a--b", false)]
    [DataRow("-ab", false)]
    [DataRow("ab-", false)]
    [DataRow("Abc", false)]
    [DataRow("a.b", false)]
    public void A_container_has_a_name_the_service_takes(string name, bool isTaken) =>
        Assert.AreEqual(isTaken, (Right with { Container = name }).Mistakes().Count == 0);

    [TestMethod]
    public void Settings_become_options()
    {
        var settings = new DriverSettings(new Dictionary<string, string?>
        {
            ["Endpoint"] = "https://h.example.org", ["Container"] = "images", ["AccountName"] = "a", ["AccountKey"] = Canary, ["Prefix"] = "p/",
            ["AccessTier"] = "cool", ["CreateContainer"] = "yes", ["ConnectTimeout"] = "3", ["MaxParallelBlocks"] = "9", ["Credentials"] = "key",
        });
        var options = AzureDriverOptions.From(settings);
        Assert.IsEmpty(settings.Mistakes);
        Assert.IsEmpty(options.Mistakes());
        Assert.AreEqual("a", options.Account);
        Assert.AreEqual(AzureCredentialSource.Key, options.Source);
        Assert.IsTrue(options.CreateContainer);
        Assert.AreEqual(TimeSpan.FromSeconds(3), options.ConnectTimeout);
        Assert.AreEqual(9, options.MaxParallelBlocks);
    }

    [TestMethod]
    public void A_setting_that_does_not_fit_is_one_sentence_and_names_the_choices()
    {
        var settings = new DriverSettings(new Dictionary<string, string?> { ["Credentials"] = "token", ["CreateContainer"] = "perhaps", ["Nonsense"] = "x" });
        AzureDriverOptions.From(settings);
        string[] mistakes = [.. settings.Mistakes];
        Assert.HasCount(3, mistakes);
        Assert.Contains("ConnectionString, Key, Sas, Default, Anonymous", string.Join("; ", mistakes));
    }

    private sealed class Fixed : TokenCredential
    {
        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) => default;

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) => default;
    }
}
