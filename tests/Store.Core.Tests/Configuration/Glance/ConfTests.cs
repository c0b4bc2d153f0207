using GlanceStore.Drivers;

namespace GlanceStore.Core.Tests.Configuration.Glance;

/// <summary>Tests that write configuration files into a folder of their own.</summary>
public abstract class ConfTests
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("glance-store-conf-");

    [TestCleanup]
    public void Clean() => _root.Delete(recursive: true);

    private protected string At(string name) => Path.Combine(_root.FullName, name);

    private protected string Write(string name, string lines)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At(name))!);
        File.WriteAllText(At(name), lines);
        return At(name);
    }

    private protected GlanceConf Read(string lines) => GlanceConf.Read([Write("glance-api.conf", lines)]);

    /// <summary>Reads a file that has one mistake, with these words in it.</summary>
    private protected GlanceConf Read(string lines, string words)
    {
        var conf = Read(lines);
        Assert.Contains(words, Mistakes(conf));
        return conf;
    }

    /// <summary>Every mistake, one a line, with drivers that take every setting.</summary>
    private protected string Mistakes(GlanceConf conf)
    {
        var plan = Plan(conf);
        return Short(string.Join('\n', plan.Mistakes));
    }

    /// <summary>As <see cref="Mistakes"/>, with what is wrong with the stores as a whole.</summary>
    private protected string AllMistakes(GlanceConf conf)
    {
        var plan = Plan(conf);
        plan.Check();
        return Short(string.Join('\n', plan.Mistakes));
    }

    /// <summary>A text without the test's own folder.</summary>
    private protected string Short(string text) => text.Replace(_root.FullName + "/", "").Replace(_root.FullName, "");

    private protected static string Settings(GlanceConf conf, string id) => string.Join(", ", conf.Stores.Single(store => store.Id == id).Settings
        .OrderBy(setting => setting.Key, StringComparer.OrdinalIgnoreCase)
        .Select(setting => $"{setting.Key}={setting.Value}"));

    private static StorePlan Plan(GlanceConf conf)
    {
        var plan = new StorePlan { MaxBufferBytes = TransferBudget.DefaultBytes };
        conf.Fill(Types("file", "http", "s3", "azure"), plan);
        return plan;
    }

    private static Dictionary<string, StoreType> Types(params string[] names) => names.ToDictionary(name => name, name => new StoreType(name, settings =>
    {
        foreach (var known in Known)
        {
            _ = settings.Text(known);
        }

        return new DriverRecipe([], _ => throw new InvalidOperationException());
    }));

    private static IEnumerable<string> Known =>
        GlanceOptions.ByType.Values.SelectMany(options => options).SelectMany(option => option.Setting?.Split(", ") ?? [])
            .Concat(["Directories:0", "Directories:1", "AllowedNetworks", "Account"]);
}
