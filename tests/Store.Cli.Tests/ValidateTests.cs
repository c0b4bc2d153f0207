using System.Text.Json;
using GlanceStore.Cli.Validation;
using GlanceStore.Conformance;
using GlanceStore.Drivers;
using GlanceStore.Drivers.File;

namespace GlanceStore.Cli.Tests;

[TestClass]
public sealed class ValidateTests : ToolTests
{
    [TestMethod]
    public void No_suite_is_left_out() => Assert.AreSequenceEqual(
        SuiteCoverage.AllSuites.Select(suite => suite.Name.Split('`')[0]).Order(StringComparer.Ordinal),
        ValidationSuite.All().Select(suite => suite.Name + "Suite").Order(StringComparer.Ordinal));

    [TestMethod]
    public void Every_suite_has_cases_of_its_own_name() => Assert.IsTrue(ValidationSuite.All().All(suite =>
        suite.Cases.Count > 0 && suite.Cases.All(found => found.Suite == suite.Name + "Suite")));

    [TestMethod]
    public async Task A_file_store_holds_and_its_images_are_as_they_were()
    {
        var bytes = await Tool.PutAsync("image", 1000);
        var outcome = (await Tool.RunAsync("validate", "--suite", "Put,Range,Delete,Location,Overwrite,AbandonedWrite,Manifest")).Succeeded();
        Assert.Contains("holds        Put ", outcome.Text);
        Assert.Contains("not checked: ", outcome.Text);
        Assert.Contains(" 0 fail\n", outcome.Text);
        Assert.EndsWith("nothing was left behind", outcome.Text);
        Assert.AreSequenceEqual(new[] { "image" }, Tool.Stored);
        Same(bytes, await File.ReadAllBytesAsync(Path.Combine(Tool.StoreDirectory, "image")));
    }

    [TestMethod]
    public async Task A_validation_leaves_no_temporary_files()
    {
        (await Tool.RunAsync("validate", "--suite", "ResumedPut")).Succeeded();
        Assert.IsEmpty(Tool.TemporaryDirectory.GetFileSystemInfos());
    }

    [TestMethod]
    public async Task A_read_only_store_is_told_what_it_does_not_offer_and_nothing_is_written()
    {
        await Tool.PutAsync("image", 1000);
        var config = Configure($$"""{ "Type": "file", "Directory": "{{Tool.StoreDirectory}}", "ReadOnly": true }""");
        var outcome = (await Tool.RunAsync("validate", "--suite", "Put,Delete,Find,Read", "--config", config)).Succeeded();
        Assert.Contains("not offered  Put ", outcome.Text);
        Assert.Contains("not offered: storing images", outcome.Text);
        Assert.Contains("not offered: deleting images", outcome.Text);
        Assert.Contains("not checked: it takes an image of its own", outcome.Text);
        Assert.AreSequenceEqual(new[] { "image" }, Tool.Stored);
    }

    [TestMethod]
    public async Task A_read_only_http_store_that_does_not_answer_fails_and_says_what_it_does_not_offer()
    {
        var config = Configure("""
            { "Type": "http", "BaseUrl": "http://127.0.0.1:9/images", "AllowedHosts": "127.0.0.1", "AllowedNetworks": "loopback" }
            """);
        var outcome = await Tool.RunAsync("validate", "--suite", "Put,Find", "--config", config);
        Assert.AreEqual(1, outcome.ExitCode, outcome.Errors);
        Assert.Contains("not offered  Put ", outcome.Text);
        Assert.Contains("FAILS        Find ", outcome.Text);
        Assert.Contains("    An_image_that_is_not_there_is_null: StoreException: ", outcome.Text);
    }

    [TestMethod]
    public async Task Json_has_every_case()
    {
        using var json = JsonDocument.Parse((await Tool.RunAsync("validate", "--suite", "seek", "--json")).Succeeded().Text);
        Assert.AreEqual("local", json.RootElement.GetProperty("store").GetString());
        Assert.AreEqual("file", json.RootElement.GetProperty("type").GetString());
        Assert.StartsWith("glance-store-validate-", json.RootElement.GetProperty("prefix").GetString());
        Assert.AreEqual(0, json.RootElement.GetProperty("left").GetArrayLength());
        Assert.IsTrue(json.RootElement.GetProperty("cases").EnumerateArray().All(found =>
            found.GetProperty("suite").GetString() == "SeekSuite" && found.GetProperty("outcome").GetString() == "Holds"));
    }

    [TestMethod]
    public async Task A_suite_or_a_store_that_is_not_there_is_refused()
    {
        (await Tool.RunAsync("validate", "--suite", "Putt")).FailedWith(2, "there is no suite 'Putt'; there is Put, ");
        (await Tool.RunAsync("validate", "--store", "none")).FailedWith(2, "There is no store 'none'");
    }

    [TestMethod]
    public async Task What_a_failing_store_keeps_is_told_by_name()
    {
        var directory = Directory.CreateDirectory(Tool.At("kept")).FullName;
        await using var store = new ImageStore("kept", new KeepingDriver(new FileDriver(new FileDriverOptions { Directory = directory })));
        var (text, run) = await ValidateAsync(store, "Delete");
        Assert.Contains("FAILS        Delete ", text);
        Assert.IsNotEmpty(run.Left);
        Assert.HasCount(Directory.GetFiles(directory).Length, run.Left);
        Assert.Contains($"left behind, {run.Left.Count} in all", text);
        foreach (var file in Directory.GetFiles(directory))
        {
            Assert.StartsWith(run.Prefix, Path.GetFileName(file));
            Assert.Contains(Path.GetFileName(file) + ": It stays.", text);
        }
    }

    [TestMethod]
    public void A_store_that_deletes_nothing_is_not_tried()
    {
        var driver = new KeepingDriver(new FileDriver(new FileDriverOptions { Directory = Tool.At("kept") })) { Declares = new() { CanDelete = false } };
        Assert.Contains("deletes none", Assert.ThrowsExactly<StoreException>(() => new ValidationRun(new ImageStore("kept", driver))).Message);
    }

    [TestMethod]
    public async Task A_validation_does_not_delete_what_it_has_not_made()
    {
        await using var store = new ImageStore("s", new FileDriver(new FileDriverOptions { Directory = Tool.At("theirs") }));
        var receipt = await store.PutAsync(new ImageId("a"), new MemoryStream([1]));
        var run = new ValidationRun(store);
        var driver = new PrefixedDriver(run.Driver, run.NewPlace());
        await Assert.ThrowsExactlyAsync<StoreException>(async () => await driver.DeleteAsync(receipt.Location, new DeleteIntent(), CancellationToken.None));
        Assert.IsNotNull(await store.FindAsync(receipt.Location));
    }

    [TestMethod]
    public async Task Resumed_puts_are_tried_where_the_store_offers_them()
    {
        var outcome = (await Tool.RunAsync("validate", "--suite", "ResumedPut")).Succeeded();
        Assert.Contains("holds        ResumedPut ", outcome.Text);
        Assert.DoesNotContain("ResumedPut not offered", outcome.Text);
        Assert.Contains(" 0 not offered, 0 not checked, 0 fail\n", outcome.Text);
        Assert.IsEmpty(Tool.Stored);
    }

    [TestMethod]
    public async Task The_roles_of_a_driver_stay_within_the_place()
    {
        await using var file = new FileDriver(new FileDriverOptions { Directory = Tool.At("roles") });
        await using var store = new ImageStore("s", file);
        var place = new ValidationRun(store).NewPlace();
        await using var driver = new PrefixedDriver(file, place);
        Assert.IsNull(driver.GetFeature<ISweeper>(), "a sweep takes what others left too");
        Assert.IsNull(driver.GetFeature<IDirectUrl>(), "the file store has none");
        Assert.AreSame(file, driver.GetFeature<FileDriver>());
        var writer = await driver.OpenWriteAsync(new ImageId("a"), new WriteIntent(WriteMode.CreateNew, 1) { StaysOpen = true }, CancellationToken.None);
        await writer.DisposeAsync();
        await using var again = await driver.GetFeature<IResumableWrites>()!.ReopenWriteAsync(
            new ImageId("a"), new WriteIntent(WriteMode.CreateNew, 1), writer.Token!, CancellationToken.None);
        Assert.AreEqual(file.LocationOf(place.Own(new ImageId("a"))), again.Location);
        if (OperatingSystem.IsLinux())
        {
            var receipt = await store.PutAsync(new ImageId("theirs"), new MemoryStream([1, 2, 3]));
            var copy = await driver.GetFeature<IServerSideCopy>()!.CopyAsync(
                file, (await store.FindAsync(receipt.Location))!, new ImageId("theirs"), WriteMode.CreateNew, CancellationToken.None);
            Assert.IsTrue(place.Holds(copy.Location));
            Assert.IsEmpty(await place.RemoveAsync());
            Assert.IsNull(await store.FindAsync(copy.Location));
        }
    }

    [TestMethod]
    public async Task The_longest_id_stays_within_what_an_id_may_have()
    {
        await using var store = new ImageStore("s", new FileDriver(new FileDriverOptions { Directory = Tool.At("long") }));
        var place = new ValidationRun(store).NewPlace();
        Assert.AreEqual(ImageId.MaxLength, place.Own(new ImageId(new string('m', ImageId.MaxLength))).Value.Length);
        Assert.EndsWith("-a", place.Own(new ImageId("a")).Value);
    }

    private string Configure(string store)
    {
        var path = Tool.At("stores.json");
        File.WriteAllText(path, $$"""{ "GlanceStore": { "Stores": { "theirs": {{store}} } } }""");
        return path;
    }

    private static async Task<(string Text, ValidationRun Run)> ValidateAsync(ImageStore store, string suiteName)
    {
        using var output = new StringWriter();
        var card = new ValidationCard(output);
        var run = new ValidationRun(store);
        await foreach (var (suite, results) in run.RunAsync(ValidationSuite.All().Where(suite => suite.Name == suiteName), CancellationToken.None))
        {
            card.Add(suite, results);
        }

        card.Close(run);
        return (output.ToString(), run);
    }

    // A store in which nothing can be deleted, although it says so.
    private sealed class KeepingDriver(StoreDriver inner) : StoreDriver
    {
        public DriverCapabilities? Declares { get; init; }

        public override DriverInfo Info => Declares is null ? inner.Info : new DriverInfo(inner.Info.Type, inner.Info.Schemes, Declares);

        public override ImageLocation LocationOf(ImageId id) => inner.LocationOf(id);

        public override ImageLocation ParseLocation(string uri) => inner.ParseLocation(uri);

        public override ValueTask<StoredObject?> FindAsync(ImageLocation location, CancellationToken cancellationToken) =>
            inner.FindAsync(location, cancellationToken);

        public override ValueTask<DriverReader> OpenReadAsync(ImageLocation location, ReadIntent intent, CancellationToken cancellationToken) =>
            inner.OpenReadAsync(location, intent, cancellationToken);

        public override ValueTask<DriverWriter> OpenWriteAsync(ImageId id, WriteIntent intent, CancellationToken cancellationToken) =>
            inner.OpenWriteAsync(id, intent, cancellationToken);

        public override ValueTask<bool> DeleteAsync(ImageLocation location, DeleteIntent intent, CancellationToken cancellationToken) =>
            throw new StoreException(StoreError.AccessDenied, "It stays.");

        public override ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
