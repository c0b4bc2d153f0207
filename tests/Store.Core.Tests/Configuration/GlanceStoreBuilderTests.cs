using System.Text;
using GlanceStore.Drivers;
using GlanceStore.Drivers.Memory;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace GlanceStore.Core.Tests.Configuration;

[TestClass]
public sealed class GlanceStoreBuilderTests
{
    [TestMethod]
    public async Task Stores_of_code_are_made_with_their_options()
    {
        var builder = new GlanceStoreBuilder { DefaultStore = "b" };
        builder.AddMemory("a").AddMemory("b");
        builder.ConfigureStore("b", options => options with { Description = "the second", Weight = 7 });
        await using var stores = builder.Build();
        Assert.AreEqual("a,b", string.Join(',', stores.Ids));
        Assert.AreEqual("b", stores.Default.Id);
        Assert.AreEqual("the second", stores.Default.Info.Description);
        Assert.AreEqual(7, stores.Default.Info.Weight);
    }

    [TestMethod]
    public async Task Stores_of_a_configuration_are_made_with_their_settings()
    {
        await using var stores = Build("""
            {
              "DefaultStore": "one",
              "MaxBufferBytes": 16777216,
              "Stores": {
                "one": {
                  "Type": "memory", "Name": "first", "Description": "ours", "Weight": 3, "ChunkBytes": 65536,
                  "Parallelism": 2, "MaxAttempts": 1, "RetryDelay": "00:00:01", "StallTimeout": "30"
                },
                "two": { "type": "MEMORY" }
              }
            }
            """);
        Assert.AreEqual("one", stores.Default.Id);
        Assert.AreEqual("ours", stores.Default.Info.Description);
        Assert.AreEqual(3, stores.Default.Info.Weight);
        Assert.AreEqual("memory://first/i", stores.Default.LocationOf(new ImageId("i")).Uri);
        Assert.AreEqual("memory", stores["two"].Info.Driver.Type);
    }

    [TestMethod]
    public void Every_setting_of_the_front_is_read()
    {
        var plan = new StorePlan();
        var builder = new GlanceStoreBuilder();
        builder.AddMemory();
        builder.AddConfiguration(Section("""
            {
              "DefaultStore": "b",
              "MaxBufferBytes": 16777216,
              "Stores": {
                "b": { "Type": "memory" },
                "a": {
                  "Type": "memory", "Description": "ours", "Weight": -3, "ChunkBytes": 65536,
                  "Parallelism": 2, "MaxAttempts": 7, "RetryDelay": "00:00:01.5", "StallTimeout": "30",
                  "ReadOnly": true, "Reserved": "true"
                }
              }
            }
            """));
        builder.Fill(plan);
        Assert.AreEqual("", string.Join('\n', plan.Mistakes));
        Assert.AreEqual(16777216, plan.MaxBufferBytes);
        var expected = new ImageStoreOptions
        {
            Description = "ours",
            Weight = -3,
            ChunkBytes = 65536,
            Parallelism = 2,
            MaxAttempts = 7,
            RetryDelay = TimeSpan.FromSeconds(1.5),
            StallTimeout = TimeSpan.FromSeconds(30),
            ReadOnly = true,
            Reserved = true,
        };
        Assert.AreEqual(expected, plan.Stores.Single(store => store.Id == "a").Options);
    }

    [TestMethod]
    public void Settings_that_are_absent_have_the_defaults()
    {
        var plan = new StorePlan();
        var builder = new GlanceStoreBuilder();
        builder.AddMemory();
        builder.AddConfiguration(Section("""{ "Stores": { "a": { "Type": "memory" } } }"""));
        builder.Fill(plan);
        Assert.AreEqual(TransferBudget.DefaultBytes, plan.MaxBufferBytes);
        Assert.AreEqual(new ImageStoreOptions(), plan.Stores.Single().Options);
    }

    [TestMethod]
    public void Every_mistake_of_a_configuration_is_listed()
    {
        var error = Assert.ThrowsExactly<StoreException>(() => Build("""
            {
              "DefaultStore": "none",
              "MaxBufferBytes": 1,
              "Colour": "red",
              "Stores": {
                "a": { "Type": "memory", "Name": "no/slash", "Weight": "heavy", "ChunkBytes": "x", "Parallelism": 0, "Speed": "fast" },
                "b": { "Description": "no type" },
                "c": { "Type": "s3", "Bucket": "images" },
                "d": { "Type": "tape" }
              }
            }
            """));
        Assert.AreEqual(StoreError.InvalidConfiguration, error.Error);
        string[] expected =
        [
            "In the section of the stores: There is no setting 'Colour'; there are DefaultStore, MaxBufferBytes.",
            "The store 'a': 'ChunkBytes' is not a whole number.",
            "The store 'a': 'Weight' is not a whole number from -2147483648 to 2147483647.",
            "The store 'a': There is no setting 'Speed'; there are ChunkBytes, Description, FailoverPause, MaxAttempts, Name, Parallelism, ReadOnly, Reserved, "
                + "RetryDelay, StallTimeout, Type, Weight.",
            "The store 'b' has no 'Type': name its kind of driver, such as 'file'.",
            "The store 'c' has the type 's3', which no registered driver provides: "
                + "reference the package GlanceStore.Drivers.S3 and call AddS3() where stores are added.",
            "The store 'd' has the type 'tape', which no registered driver provides: registered are memory.",
            "The store 'a': 'Parallelism' is not a number from 1 to 64.",
            "The store 'a': 'Name' is not made of letters, digits, '-' and '.'.",
            "The setting 'MaxBufferBytes' is 1 and cannot be less than 65536.",
            "The setting 'DefaultStore' is 'none', and there is no such store; there is 'a', 'b', 'c', 'd'.",
        ];
        Assert.AreEqual(string.Join(' ', expected), error.Message);
    }

    [TestMethod]
    [DataRow("""{ }""", "There is no store: add one by code, or one under 'Stores' of the configuration.")]
    [DataRow("""{ "Stores": { "a": { "Type": "memory" }, "b": { "Type": "memory" } } }""",
        "There are several stores and no 'DefaultStore': name one of 'a', 'b'.")]
    public void A_missing_store_or_default_is_a_mistake(string json, string sentence) =>
        Assert.AreEqual(sentence, Assert.ThrowsExactly<StoreException>(() => Build(json)).Message);

    [TestMethod]
    public void A_default_store_that_could_not_be_read_is_not_called_missing()
    {
        var error = Assert.ThrowsExactly<StoreException>(() => Build("""{ "DefaultStore": "a", "Stores": { "a": { "Type": "tape" } } }"""));
        Assert.AreEqual("The store 'a' has the type 'tape', which no registered driver provides: registered are memory.", error.Message);
    }

    [TestMethod]
    public void A_store_of_code_and_of_the_configuration_is_added_twice()
    {
        var builder = new GlanceStoreBuilder();
        builder.AddMemory("a");
        builder.AddConfiguration(Section("""{ "DefaultStore": "a", "Stores": { "A": { "Type": "memory" } } }"""));
        var error = Assert.ThrowsExactly<StoreException>(() => builder.Build());
        Assert.AreEqual("The store 'a' is added 2 times.", error.Message);
    }

    [TestMethod]
    public void Options_for_a_store_that_is_not_there_are_a_mistake()
    {
        var builder = new GlanceStoreBuilder();
        builder.AddMemory("a");
        builder.ConfigureStore("b", options => options);
        var error = Assert.ThrowsExactly<StoreException>(() => builder.Build());
        Assert.AreEqual("The store 'b' has options, and there is no such store.", error.Message);
    }

    [TestMethod]
    public void No_driver_is_made_where_there_is_a_mistake()
    {
        var builder = new GlanceStoreBuilder();
        builder.AddStore("bad", new DriverRecipe(["It is bad"], _ => throw new InvalidOperationException()));
        builder.AddStore("good", new DriverRecipe([], _ => throw new InvalidOperationException()));
        builder.DefaultStore = "good";
        Assert.AreEqual("The store 'bad': It is bad.", Assert.ThrowsExactly<StoreException>(() => builder.Build()).Message);
    }

    [TestMethod]
    public async Task A_store_that_cannot_be_made_is_down_and_the_others_are_served()
    {
        var builder = new GlanceStoreBuilder { DefaultStore = "good" };
        builder.AddStore("broken", new DriverRecipe([], _ => throw new StoreException(StoreError.InvalidConfiguration, "/srv is no directory.")));
        builder.AddMemory("good");
        builder.AddStore("odd", new DriverRecipe([], _ => throw new InvalidOperationException("no such service")));
        await using var stores = builder.Build();
        Assert.AreEqual("good", string.Join(',', stores.Ids));
        Assert.AreEqual("broken: /srv is no directory., odd: Its driver could not be made: no such service (InvalidOperationException).",
            string.Join(", ", stores.Down.Select(store => $"{store.Id}: {store.Reason}")));
        await stores.Default.PutAsync(new ImageId("a"), new MemoryStream([1]));
        var error = Assert.ThrowsExactly<StoreException>(() => stores["broken"]);
        Assert.AreEqual((StoreError.Unavailable, "The store 'broken' is down: /srv is no directory."), (error.Error, error.Message));
    }

    [TestMethod]
    public void A_driver_that_could_not_be_made_says_the_cause_and_not_only_the_name_of_what_wraps_it()
    {
        var builder = new GlanceStoreBuilder();
        builder.AddStore("odd", new DriverRecipe([], _ => throw new TypeInitializationException("Some.Type",
            new InvalidOperationException("wrapped", new FormatException($"Line 1\nis not\u001b[2J right. {new string('x', 1000)}")))));
        var message = Assert.ThrowsExactly<StoreException>(() => builder.Build()).Message;
        Assert.Contains("Line 1 is not [2J right.", message);
        Assert.Contains("(FormatException)", message);
        Assert.IsLessThan(400, message.Length);
    }

    [TestMethod]
    public async Task A_default_store_that_is_down_says_so_and_the_others_are_served()
    {
        var builder = new GlanceStoreBuilder { DefaultStore = "broken" };
        builder.AddStore("broken", new DriverRecipe([], _ => throw new StoreException(StoreError.Unavailable, "No answer.")));
        builder.AddMemory("good");
        await using var stores = builder.Build();
        Assert.AreEqual("The store 'broken' is down: No answer.", Assert.ThrowsExactly<StoreException>(() => stores.Default).Message);
        Assert.IsNull(await stores["good"].FindAsync(stores["good"].LocationOf(new ImageId("a"))));
    }

    [TestMethod]
    public void Nothing_is_made_where_every_store_is_down_and_each_is_told_of_by_name()
    {
        var builder = new GlanceStoreBuilder { DefaultStore = "one" };
        foreach (var id in new[] { "one", "two", "three" })
        {
            builder.AddStore(id, new DriverRecipe([], _ => throw new StoreException(StoreError.InvalidConfiguration, $"{id} is no directory.")));
        }

        var error = Assert.ThrowsExactly<StoreException>(() => builder.Build());
        Assert.AreEqual(StoreError.InvalidConfiguration, error.Error);
        Assert.AreEqual(
            "The store 'one': one is no directory. The store 'two': two is no directory. The store 'three': three is no directory.",
            error.Message);
    }

    [TestMethod]
    [DataRow(null)]
    [DataRow("staging")]
    public void A_reserved_store_is_never_the_default(string? named)
    {
        var builder = new GlanceStoreBuilder { DefaultStore = named };
        builder.AddMemory("staging");
        builder.ConfigureStore("staging", options => options with { Reserved = true });
        Assert.AreEqual("The store 'staging' is reserved and cannot be the default.", Assert.ThrowsExactly<StoreException>(() => builder.Build()).Message);
    }

    private static ImageStores Build(string json)
    {
        var builder = new GlanceStoreBuilder();
        builder.AddMemory();
        return builder.AddConfiguration(Section(json)).Build();
    }

    private static IConfigurationSection Section(string json)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes($$"""{ "GlanceStore": {{json}} }"""));
        return new ConfigurationBuilder().AddJsonStream(stream).Build().GetSection("GlanceStore");
    }
}
