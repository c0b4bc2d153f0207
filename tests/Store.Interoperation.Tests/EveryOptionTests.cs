using GlanceStore.Drivers;
using GlanceStore.Drivers.File;
using GlanceStore.Drivers.Http;
using GlanceStore.Drivers.S3;
using GlanceStore.Drivers.Swift;
using Microsoft.Extensions.DependencyInjection;

namespace GlanceStore.Interoperation;

/// <summary>The real drivers know every setting that an option becomes.</summary>
[TestClass]
public sealed class EveryOptionTests
{
    private static readonly Dictionary<string, string> Samples = new()
    {
        ["filesystem_store_datadirs"] = "/srv/other:7",
        ["filesystem_store_file_perm"] = "640",
        ["http_proxy_information"] = "http:proxy:3128,https:proxy:3128",
        ["s3_store_host"] = "https://s3.example.org",
    };

    public static IEnumerable<object[]> Types => GlanceOptions.ByType.Keys.Select(type => new object[] { type });

    [TestMethod]
    [DynamicData(nameof(Types))]
    public void Every_option_set_is_a_setting_that_the_driver_has(string type)
    {
        var lines = GlanceOptions.Of(type).Concat(GlanceOptions.OfEvery).Select(option => $"{option.Name} = {Samples.GetValueOrDefault(option.Name) ?? Sample(option)}");
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, $"[DEFAULT]\nenabled_backends = it:{type}\n[glance_store]\ndefault_backend = it\n[it]\n{string.Join('\n', lines)}\n");
            var conf = GlanceConf.Read([file]);
            var plan = new StorePlan();
            conf.Fill(Registered(), plan);
            Assert.DoesNotContain("There is no setting", string.Join('\n', plan.Mistakes));
            Assert.HasCount(1, plan.Stores, string.Join('\n', plan.Mistakes));
            Assert.AreEqual(
                string.Join(',', GlanceOptions.Of(type).Where(option => option.Setting is null || option.Unless is not null).Select(option => option.Name)),
                string.Join(',', conf.Ignored.Select(option => option.Name)));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [TestMethod]
    public void Every_type_of_the_table_has_a_driver() => Assert.IsEmpty(GlanceOptions.ByType.Keys.Except(Registered().Keys));

    private static string Sample(GlanceOption option) => option.Default ?? (option.Type.IsNumber ? "1" : "sample");

    private static Dictionary<string, StoreType> Registered()
    {
        var types = new RegisteredTypes();
        types.AddFile().AddHttp().AddRbd().AddS3().AddSwift();
        return types.All;
    }

    private sealed class RegisteredTypes : IGlanceStoreBuilder
    {
        public Dictionary<string, StoreType> All { get; } = [];

        public IGlanceStoreBuilder AddType(StoreType type)
        {
            All[type.Name] = type;
            return this;
        }

        public IGlanceStoreBuilder AddStore(string id, DriverRecipe recipe) => throw new NotSupportedException();
    }
}
