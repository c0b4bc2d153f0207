using GlanceStore.Drivers;
using GlanceStore.Drivers.Memory;
using Microsoft.Extensions.DependencyInjection;

namespace GlanceStore.Core.Tests.Configuration.Glance;

[TestClass]
public sealed class GlanceConfMistakeTests : ConfTests
{
    private const string Default = "[glance_store]\ndefault_backend = a\n";

    [TestMethod]
    [DataRow("a:file", "filesystem_thin_provisioning = maybe", "In [a], 'filesystem_thin_provisioning' (glance-api.conf:6) is not true or false.")]
    [DataRow("a:file", "filesystem_store_chunk_size = 0", "In [a], 'filesystem_store_chunk_size' (glance-api.conf:6) is not a whole number from 1 on.")]
    [DataRow("a:file", "weight = heavy", "In [a], 'weight' (glance-api.conf:6) is not a whole number.")]
    [DataRow("a:file", "filesystem_store_datadir = $nothing",
        "The option 'filesystem_store_datadir' (glance-api.conf:6) refers by a '$' to an option that is not set; a dollar sign is written '$$'.")]
    [DataRow("a:http", "http_proxy_information = ftp:h:1",
        "In [a], 'http_proxy_information' (glance-api.conf:6) is not a list of http:HOST:PORT and https:HOST:PORT, parted by commas.")]
    [DataRow("a:http", "https_insecure =", "In [a], 'https_insecure' (glance-api.conf:6) is not true or false.")]
    [DataRow("a:http", "glancestore_chunk = 7", "The store 'a': There is no setting 'chunk'; there is ChunkBytes (glancestore_chunk, glance-api.conf:6).")]
    [DataRow("a:http", "geheim", "The line is no comment, no section and no 'option = value' (glance-api.conf:6).")]
    public void Value_that_is_wrong_is_told_of_with_its_line(string backends, string line, string sentence) =>
        Assert.AreEqual(sentence, Mistakes(Read($"[DEFAULT]\nenabled_backends = {backends}\n{Default}[a]\n{line}")));

    [TestMethod]
    [DataRow("a:file, b:file", "[a]", "The store 'b' is in 'enabled_backends' (glance-api.conf:2), and there is no section [b] for it.")]
    [DataRow("a:http, a:file", "[a]", "The store 'a' is in 'enabled_backends' (glance-api.conf:2) more than once.")]
    [DataRow("a:http, A:http", "", "The store 'A' is in 'enabled_backends' (glance-api.conf:2) more than once.")]
    [DataRow("a:http, b:cinder", "[b]", "The store 'b' has the type 'cinder' in 'enabled_backends' (glance-api.conf:2), for which there is no driver here.")]
    [DataRow("a:http, b:cinder", "", "The store 'b' has the type 'cinder' in 'enabled_backends' (glance-api.conf:2), for which there is no driver here.")]
    [DataRow("a:http, b:vmware", "", "The store 'b' has the type 'vmware' in 'enabled_backends' (glance-api.conf:2), for which there is no driver here.")]
    [DataRow("a:http, b:", "", "The store 'b' has the type '' in 'enabled_backends' (glance-api.conf:2), for which there is no driver here.")]
    [DataRow("a:http, b:tape", "[b]",
        "The store 'b' has the type 'tape', which no registered driver provides: registered are azure, file, http, s3 (glance-api.conf:5).")]
    [DataRow("a:http, os_glance_x:file", "[os_glance_x]",
        "The store 'os_glance_x' is in 'enabled_backends' (glance-api.conf:2), and ids that begin with 'os_glance_' are glance's own.")]
    [DataRow("a", "", "The option 'enabled_backends' (glance-api.conf:2) is not a list of ID:TYPE, parted by commas.\nThere is no store: "
        + "add one by code, or one under 'Stores' of the configuration.")]
    public void Store_that_cannot_be_is_told_of(string backends, string lines, string sentence) =>
        Assert.AreEqual(sentence, AllMistakes(Read($"[DEFAULT]\nenabled_backends = {backends}\n{Default}{lines}")));

    [TestMethod]
    [DataRow("", "There is no 'default_backend' in [glance_store]: name one of those in 'enabled_backends' (glance-api.conf:2).")]
    [DataRow("[glance_store]\ndefault_backend = c",
        "The option 'default_backend' (glance-api.conf:4) names 'c', and 'enabled_backends' (glance-api.conf:2) has no such store.")]
    public void Default_store_that_is_missing_is_told_of_once(string lines, string sentence) =>
        Assert.AreEqual(sentence, AllMistakes(Read($"[DEFAULT]\nenabled_backends = a:http, b:http\n{lines}")));

    [TestMethod]
    [DataRow("stores = http", "There is no 'default_store' in [glance_store], and 'file', which it is then, is not in 'stores'.")]
    [DataRow("stores = http\ndefault_store = swift+config", "The option 'default_store' (glance-api.conf:3) names 'swift+config', and 'stores' has no such store.")]
    [DataRow("stores = http,cinder\ndefault_store = https", "The option 'stores' (glance-api.conf:2) has 'cinder', for which there is no driver here.")]
    [DataRow("default_store = http\nfilesystem_thin_provisioning = 7", "In [glance_store], 'filesystem_thin_provisioning' (glance-api.conf:3) is not true or false.")]
    public void Form_of_one_store_a_type_is_checked_too(string lines, string sentence) =>
        Assert.AreEqual(sentence, AllMistakes(Read($"[glance_store]\n{lines}")));

    [TestMethod]
    public void What_a_store_needs_and_does_not_have_is_told_of()
    {
        var conf = Read($"[DEFAULT]\nenabled_backends = a:s3\n{Default}[a]\ns3_store_host = h\ns3_store_bucket =\ns3_store_access_key = geheim");
        Assert.AreEqual("The store 'a' (glance-api.conf:5) has no 's3_store_secret_key'.\nThe store 'a' (glance-api.conf:5) has no 's3_store_bucket'.", Mistakes(conf));
    }

    [TestMethod]
    public void Configuration_that_is_no_configuration_of_stores_is_told_of() => Assert.AreEqual(
        "The configuration has no stores: neither 'enabled_backends' in [DEFAULT] nor a section [glance_store].", Mistakes(Read("[DEFAULT]\ndebug = true")));

    [TestMethod]
    public void File_or_folder_that_cannot_be_read_is_told_of()
    {
        var conf = GlanceConf.Read([At("absent.conf"), At(".")], [At("absent.d")]);
        var mistakes = Mistakes(conf).Split('\n');
        Assert.HasCount(3, mistakes);
        Assert.StartsWith("The configuration 'absent.conf' cannot be read: ", mistakes[0]);
        Assert.StartsWith("The configuration '.' cannot be read: ", mistakes[1]);
        Assert.StartsWith("The folder 'absent.d' of the configuration cannot be read: ", mistakes[2]);
    }

    [TestMethod]
    public void Mistake_in_backend_defaults_is_told_of_once_for_all_stores() => Assert.AreEqual(
        "In [backend_defaults], 'filesystem_store_file_perm' (glance-api.conf:6) is not a whole number.",
        Mistakes(Read($"[DEFAULT]\nenabled_backends = a:file, b:file\n{Default}[backend_defaults]\nfilesystem_store_file_perm = rw-r-----\n[b]")));

    [TestMethod]
    public void What_a_driver_says_of_a_setting_names_the_option_and_its_line()
    {
        var error = Refused("""
            [DEFAULT]
            enabled_backends = a:s3
            [glance_store]
            default_backend = a
            [a]
            s3_store_host = geheim
            s3_store_bucket = x
            s3_store_access_key = a
            s3_store_secret_key = b
            """, "s3", settings => new DriverRecipe(["'Endpoint' is not the URL of a server", "It is bad"], _ => throw new InvalidOperationException()));
        Assert.AreEqual(
            "The store 'a': 'Endpoint' is not the URL of a server (s3_store_host, glance-api.conf:6). The store 'a': It is bad (glance-api.conf:5).", error);
    }

    [TestMethod]
    public void What_a_driver_misses_because_of_a_mistake_is_not_told_of_twice()
    {
        var error = Refused($"[DEFAULT]\nenabled_backends = a:s3\n{Default}[a]\ns3_store_host = h\ns3_store_access_key = a\ns3_store_secret_key = b", "s3",
            settings => new DriverRecipe(["'Bucket' is not the name of a bucket"], _ => throw new InvalidOperationException()));
        Assert.AreEqual("The store 'a' (glance-api.conf:5) has no 's3_store_bucket'.", error);
    }

    [TestMethod]
    public void All_mistakes_of_all_stores_come_together_and_no_secret_is_among_them()
    {
        var error = Refused("""
            [DEFAULT]
            enabled_backends = a:s3, b:file, c:memory, d:cinder
            [glance_store]
            default_backend = e
            [a]
            s3_store_host = h
            s3_store_bucket = x
            s3_store_access_key = geheim1
            s3_store_secret_key = geheim2$geheim
            s3_store_thread_pools = geheim3
            [b]
            weight = geheim4
            [c]
            geheim5
            """, "none", _ => throw new InvalidOperationException());
        Assert.AreEqual(string.Join(' ',
            "The line is no comment, no section and no 'option = value' (glance-api.conf:14).",
            "The option 's3_store_secret_key' (glance-api.conf:9) refers by a '$' to an option that is not set; a dollar sign is written '$$'.",
            "In [a], 's3_store_thread_pools' (glance-api.conf:10) is not a whole number from 1 on.",
            "In [b], 'weight' (glance-api.conf:12) is not a whole number.",
            "The store 'd' has the type 'cinder' in 'enabled_backends' (glance-api.conf:2), for which there is no driver here.",
            "The option 'default_backend' (glance-api.conf:4) names 'e', and 'enabled_backends' (glance-api.conf:2) has no such store.",
            "The store 'a' has the type 's3', which no registered driver provides: reference the package GlanceStore.Drivers.S3 and call AddS3() "
                + "where stores are added (glance-api.conf:5).",
            "The store 'b' has the type 'file', which no registered driver provides: reference the package GlanceStore.Drivers.File and call AddFile() "
                + "where stores are added (glance-api.conf:11)."), error);
    }

    [TestMethod]
    public async Task Stores_are_made_by_the_builder_with_everything_else()
    {
        var builder = new GlanceStoreBuilder { DefaultStore = "mine" };
        builder.AddMemory("mine");
        builder.AddGlanceConf(Write("glance-api.conf", "[DEFAULT]\nenabled_backends = theirs:memory\n[glance_store]\ndefault_backend = theirs\n"
            + "[theirs]\nstore_description = from the file\nglancestore_name = other"));
        await using var stores = builder.Build();
        Assert.AreEqual("mine,theirs", string.Join(',', stores.Ids));
        Assert.AreEqual("theirs", stores.Default.Id);
        Assert.AreEqual("from the file", stores.Default.Info.Description);
        Assert.AreEqual("memory://other/i", stores.Default.LocationOf(new ImageId("i")).Uri);
    }

    private string Refused(string lines, string type, Func<DriverSettings, DriverRecipe> read)
    {
        var builder = new GlanceStoreBuilder();
        builder.AddMemory();
        builder.AddType(new StoreType(type, settings =>
        {
            foreach (var setting in new[] { "Endpoint", "Bucket", "AccessKey", "SecretKey", "CreateBucket", "Addressing" })
            {
                _ = settings.Text(setting);
            }

            return read(settings);
        }));
        var error = Assert.ThrowsExactly<StoreException>(() => builder.AddGlanceConf(Read(lines)).Build());
        Assert.AreEqual(StoreError.InvalidConfiguration, error.Error);
        Assert.DoesNotContain("geheim1", error.ToString());
        return Short(error.Message);
    }
}
