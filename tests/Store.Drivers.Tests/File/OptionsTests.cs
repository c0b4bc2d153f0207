using GlanceStore.Drivers;
using Microsoft.Extensions.DependencyInjection;

namespace GlanceStore.Drivers.File.Tests;

[TestClass]
public sealed class OptionsTests
{
    [TestMethod]
    public void Neither_and_both_of_the_directory_settings_are_mistakes()
    {
        StringAssert.StartsWith(new FileDriverOptions().Mistakes().Single(), "Neither 'Directory' nor 'Directories'");
        StringAssert.Contains(new FileDriverOptions { Directory = "/a", Directories = [new("/b")] }.Mistakes().Single(), "both set");
    }

    [TestMethod]
    [DataRow("")]
    [DataRow(" /a")]
    [DataRow("/a?b")]
    [DataRow("/a#b")]
    [DataRow("/a\nb")]
    public void Path_that_no_location_can_hold_is_a_mistake(string path)
    {
        Assert.HasCount(1, new FileDriverOptions { Directory = path }.Mistakes());
        Assert.HasCount(1, new FileDriverOptions { Directories = [new("/x"), new(path)] }.Mistakes());
    }

    [TestMethod]
    public void Directory_that_is_there_twice_is_one_and_with_two_priorities_a_mistake()
    {
        var once = new FileDriverOptions { Directories = [new("/a", 1), new("/b"), new("/a/", 1), new("/c/../a", 1)] };
        var twice = new FileDriverOptions { Directories = [new("/a", 1), new("/a", 2)] };

        Assert.IsEmpty(once.Mistakes());
        CollectionAssert.AreEqual(new FileDirectory[] { new("/a", 1), new("/b") }, once.InOrder().ToArray());
        StringAssert.Contains(twice.Mistakes().Single(), "'/a' is there more than once, with the priorities 2 and 1");
    }

    [TestMethod]
    public void Mode_that_the_owner_cannot_read_by_or_with_more_than_permissions_is_a_mistake()
    {
        Assert.HasCount(1, new FileDriverOptions { Directory = "/a", FileMode = UnixFileMode.OtherRead }.Mistakes());
        Assert.HasCount(1, new FileDriverOptions { Directory = "/a", FileMode = UnixFileMode.UserRead | UnixFileMode.SetUser }.Mistakes());
        Assert.IsEmpty(new FileDriverOptions { Directory = "/a", FileMode = UnixFileMode.UserRead }.Mistakes());
    }

    [TestMethod]
    public void Driver_of_wrong_options_lists_every_mistake()
    {
        var error = Assert.ThrowsExactly<StoreException>(() => new FileDriver(new FileDriverOptions { FileMode = UnixFileMode.OtherRead, MetadataFile = "/nowhere" }));

        Assert.AreEqual(StoreError.InvalidConfiguration, error.Error);
        StringAssert.Contains(error.Message, "'Directory'");
        StringAssert.Contains(error.Message, "'FileMode'");
        StringAssert.Contains(error.Message, "'/nowhere'");
    }

    [TestMethod]
    public void Relative_path_is_made_absolute()
    {
        Assert.AreEqual(Path.GetFullPath("images"), new FileDriverOptions { Directory = "images/" }.InOrder().Single().Path);
    }

    [TestMethod]
    public void Settings_become_options()
    {
        var settings = Settings(("directory", "/a"), ("FileMode", "640"), ("ThinProvisioning", "yes"), ("MetadataFile", "/m.json"));

        var options = FileDriverOptions.From(settings);

        Assert.AreEqual("/a", options.Directory);
        Assert.AreEqual(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead, options.FileMode);
        Assert.IsTrue(options.ThinProvisioning);
        Assert.AreEqual("/m.json", options.MetadataFile);
        Assert.IsEmpty(settings.Mistakes);
    }

    [TestMethod]
    public void Directories_are_read_in_both_forms()
    {
        var settings = Settings(
            ("Directories:0:Path", "/a"), ("Directories:0:Priority", "5"), ("Directories:1:Path", "/b:7"),
            ("Directories:2", "/c"), ("Directories:3", "/d:e:-9"));

        var options = FileDriverOptions.From(settings);

        CollectionAssert.AreEqual(new FileDirectory[] { new("/a", 5), new("/b:7"), new("/c"), new("/d:e", -9) }, options.Directories.ToArray());
        Assert.IsEmpty(settings.Mistakes);
    }

    [TestMethod]
    [DataRow("FileMode", "8")]
    [DataRow("FileMode", "1777")]
    [DataRow("FileMode", "0x1ff")]
    [DataRow("FileMode", "37777777777777777777777")]
    [DataRow("ThinProvisioning", "maybe")]
    [DataRow("Directories:0", "/a:high")]
    [DataRow("Directories:0", "/a:")]
    [DataRow("Directories:0:Priority", "high")]
    [DataRow("Directroy", "/a")]
    public void Setting_that_does_not_fit_is_a_mistake(string name, string text)
    {
        var settings = Settings((name, text));

        _ = FileDriverOptions.From(settings);

        StringAssert.Contains(settings.Mistakes.Single(), name);
    }

    [TestMethod]
    public void Mode_of_zero_is_the_default_as_in_glance()
    {
        Assert.IsNull(FileDriverOptions.From(Settings(("FileMode", "0"))).FileMode);
        Assert.IsNull(FileDriverOptions.From(Settings()).FileMode);
    }

    [TestMethod]
    public async Task Builder_learns_the_type_and_the_store()
    {
        using var place = new TestStore();
        var builder = new RecordingBuilder();

        builder.AddFile("fast", o => o with { Directory = place.Root }).AddFile("wrong", o => o);
        var driver = builder.Stores["fast"].Create(new NoServices());
        var configured = builder.Types.First().Read(Settings(("Directory", place.Root)));

        Assert.AreEqual("file", builder.Types.First().Name);
        Assert.IsEmpty(builder.Stores["fast"].Mistakes);
        Assert.HasCount(1, builder.Stores["wrong"].Mistakes);
        Assert.AreEqual($"file://{place.Root}/x", driver.LocationOf(new ImageId("x")).Uri);
        Assert.AreEqual($"file://{place.Root}/x", configured.Create(new NoServices()).LocationOf(new ImageId("x")).Uri);
        Assert.IsNotNull(driver.GetFeature<ISweeper>());
        await driver.DisposeAsync();
        await driver.DisposeAsync();
    }

    private static DriverSettings Settings(params (string Name, string Text)[] values) =>
        new(values.Select(value => KeyValuePair.Create(value.Name, (string?)value.Text)));

    private sealed class RecordingBuilder : IGlanceStoreBuilder
    {
        public List<StoreType> Types { get; } = [];

        public Dictionary<string, DriverRecipe> Stores { get; } = [];

        public IGlanceStoreBuilder AddType(StoreType type)
        {
            Types.Add(type);
            return this;
        }

        public IGlanceStoreBuilder AddStore(string id, DriverRecipe recipe)
        {
            Stores.Add(id, recipe);
            return this;
        }
    }

    private sealed class NoServices : IServiceProvider
    {
        public object? GetService(Type serviceType) => null;
    }
}
