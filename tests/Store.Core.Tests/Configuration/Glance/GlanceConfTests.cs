namespace GlanceStore.Core.Tests.Configuration.Glance;

[TestClass]
public sealed class GlanceConfTests : ConfTests
{
    [TestMethod]
    public void Every_backend_is_a_store_with_the_settings_of_its_section()
    {
        var conf = Read("""
            [DEFAULT]
            enabled_backends = fast:file, cold : s3, web:http
            [glance_store]
            default_backend = cold
            [fast]
            store_description = the fast one
            weight = 7
            filesystem_store_datadir = /srv/fast
            [cold]
            s3_store_host = http://s3.example.org:8080
            s3_store_access_key = AK
            s3_store_secret_key = "S/K "
            s3_store_bucket = images
            """);
        Assert.AreEqual("", Mistakes(conf));
        Assert.AreEqual("cold", conf.DefaultStore);
        Assert.AreEqual("fast file, cold s3, web http", string.Join(", ", conf.Stores.Select(store => $"{store.Id} {store.Type}")));
        Assert.AreEqual("Description=the fast one, Directory=/srv/fast, ThinProvisioning=false, Weight=7", Settings(conf, "fast"));
        Assert.AreEqual(
            "AccessKey=AK, Addressing=auto, Bucket=images, CreateBucket=false, Endpoint=http://s3.example.org:8080, SecretKey=S/K , Weight=0",
            Settings(conf, "cold"));
        Assert.AreEqual("Weight=0", Settings(conf, "web"));
        Assert.IsEmpty(conf.Ignored);
    }

    [TestMethod]
    public void What_a_section_does_not_say_is_taken_from_backend_defaults()
    {
        var conf = Read("""
            [DEFAULT]
            enabled_backends = a:file, b:file, c:file
            [glance_store]
            default_backend = a
            [backend_defaults]
            filesystem_store_datadir = /srv/all
            filesystem_thin_provisioning = true
            weight = 3
            [a]
            filesystem_store_datadir = /srv/a
            weight =
            [b]
            filesystem_thin_provisioning = off
            """);
        Assert.AreEqual("", Mistakes(conf));
        Assert.AreEqual("Directory=/srv/a, ThinProvisioning=true, Weight=3", Settings(conf, "a"));
        Assert.AreEqual("Directory=/srv/all, ThinProvisioning=off, Weight=3", Settings(conf, "b"));
        Assert.AreEqual("Directory=/srv/all, ThinProvisioning=true, Weight=3", Settings(conf, "c"));
    }

    [TestMethod]
    public void Interpolation_reaches_the_names_of_stores_and_every_setting()
    {
        var conf = Read("""
            [DEFAULT]
            enabled_backends = $first, cold:file
            first = fast:file
            root = /srv
            [glance_store]
            default_backend = fast
            [fast]
            filesystem_store_datadir = $root/${cold.name}/$$
            [cold]
            name = images
            filesystem_store_datadir = $filesystem_store_metadata_file.d
            """, "'filesystem_store_datadir' (glance-api.conf:11)");
        Assert.AreEqual("Directory=/srv/images/$, ThinProvisioning=false, Weight=0", Settings(conf, "fast"));
    }

    [TestMethod]
    public void Directories_with_priorities_are_one_setting_each_and_need_no_blank_datadir()
    {
        foreach (var blank in new[] { "", "filesystem_store_datadir =" })
        {
            var conf = Read($"""
                [DEFAULT]
                enabled_backends = fast:file
                [glance_store]
                default_backend = fast
                [fast]
                {blank}
                filesystem_store_datadirs = /srv/a:100
                filesystem_store_datadirs = /srv/b:200
                filesystem_store_file_perm = 0640
                """);
            Assert.AreEqual("", Mistakes(conf));
            Assert.AreEqual("Directories:0=/srv/a:100, Directories:1=/srv/b:200, FileMode=640, ThinProvisioning=false, Weight=0", Settings(conf, "fast"));
        }
    }

    [TestMethod]
    [DataRow("", "")]
    [DataRow("https_insecure = false", "VerifyCertificates=true")]
    [DataRow("https_insecure = true", "VerifyCertificates=false")]
    [DataRow("https_insecure = true\nhttps_ca_certificates_file = /ca.pem", "CaFile=/ca.pem")]
    [DataRow("http_proxy_information = http:10.0.0.1:3128, https:proxy:8080", "HttpProxy=10.0.0.1:3128, HttpsProxy=proxy:8080")]
    public void Http_store_checks_certificates_unless_the_file_says_otherwise(string lines, string settings)
    {
        var conf = Read($"""
            [DEFAULT]
            enabled_backends = web:http
            [glance_store]
            default_backend = web
            [web]
            {lines}
            """);
        Assert.AreEqual("", Mistakes(conf));
        Assert.AreEqual(settings, Settings(conf, "web").Replace(", Weight=0", "").Replace("Weight=0", ""));
    }

    [TestMethod]
    [DataRow("8", "8")]
    [DataRow("1000", "64")]
    public void Threads_of_s3_are_the_parts_under_way(string threads, string parts)
    {
        var conf = Read($"""
            [DEFAULT]
            enabled_backends = cold:s3
            [glance_store]
            default_backend = cold
            [cold]
            s3_store_host = h
            s3_store_access_key = a
            s3_store_secret_key = s
            s3_store_bucket = b
            s3_store_thread_pools = {threads}
            """);
        Assert.AreEqual(parts, conf.Stores.Single().Settings["MaxParallelParts"]);
        Assert.AreEqual(parts, conf.Stores.Single().Settings["Parallelism"]);
    }

    [TestMethod]
    public void Reserved_stores_are_of_the_type_file_and_marked_as_reserved()
    {
        var conf = Read("""
            [DEFAULT]
            enabled_backends = fast:file
            [glance_store]
            default_backend = fast
            [fast]
            [os_glance_staging_store]
            filesystem_store_datadir = /srv/staging
            [os_glance_tasks_store]
            """);
        Assert.AreEqual("", Mistakes(conf));
        Assert.AreEqual("Directory=/srv/staging, Reserved=true, ThinProvisioning=false", Settings(conf, "os_glance_staging_store"));
        Assert.AreEqual("Directory=/var/lib/glance/os_glance_tasks_store, Reserved=true, ThinProvisioning=false", Settings(conf, "os_glance_tasks_store"));
        Assert.AreEqual("fast", conf.DefaultStore);
    }

    [TestMethod]
    public void Form_of_one_store_a_type_has_everything_in_glance_store()
    {
        var conf = Read("""
            [glance_store]
            stores = glance.store.filesystem.Store, http, s3, s3
            default_store = s3+https
            filesystem_store_datadir = /srv/images
            s3_store_host = https://h
            s3_store_access_key = a
            s3_store_secret_key = s
            s3_store_bucket = images
            """);
        Assert.AreEqual("", Mistakes(conf));
        Assert.AreEqual("file file, http http, s3 s3", string.Join(", ", conf.Stores.Select(store => $"{store.Id} {store.Type}")));
        Assert.AreEqual("s3", conf.DefaultStore);
        Assert.AreEqual("Directory=/srv/images, ThinProvisioning=false", Settings(conf, "file"));
        Assert.AreEqual("", Settings(conf, "http"));
        Assert.AreEqual("AccessKey=a, Addressing=auto, Bucket=images, CreateBucket=false, Endpoint=https://h, SecretKey=s", Settings(conf, "s3"));
    }

    [TestMethod]
    [DataRow("enabled_backends =")]
    [DataRow("")]
    public void Form_of_one_store_a_type_has_glance_s_defaults(string line)
    {
        var conf = Read($"""
            [DEFAULT]
            {line}
            [glance_store]
            """);
        Assert.AreEqual("", Mistakes(conf));
        Assert.AreEqual("file, http", string.Join(", ", conf.Stores.Select(store => store.Id)));
        Assert.AreEqual("file", conf.DefaultStore);
        Assert.AreEqual("Directory=/var/lib/glance/images, ThinProvisioning=false", Settings(conf, "file"));
    }

    [TestMethod]
    public void Setting_of_ours_stands_in_the_store_s_section()
    {
        var conf = Read("""
            [DEFAULT]
            enabled_backends = web:http, arch:azure
            [glance_store]
            default_backend = web
            glancestore_max_buffer_bytes = 33554432
            [web]
            glancestore_allowed_networks = loopback
            glancestore_ChunkBytes = 65536
            [arch]
            glancestore_account = images
            """);
        Assert.AreEqual("allowednetworks=loopback, ChunkBytes=65536, Weight=0", Settings(conf, "web"));
        Assert.AreEqual("account=images, Weight=0", Settings(conf, "arch"));
        Assert.AreEqual(33554432, conf.MaxBufferBytes);
        Assert.IsEmpty(conf.Ignored);
    }

    [TestMethod]
    public void Options_that_change_nothing_are_listed_with_their_line_and_the_reason()
    {
        var conf = Read("""
            [DEFAULT]
            enabled_backends = fast:file, web:http
            debug = true
            [glance_store]
            stores = file
            default_backend = fast
            filesystem_store_datadir = /elsewhere
            [backend_defaults]
            filesystem_store_chunk_size = 65536
            cinder_volume_type = lvm
            [fast]
            filesystem_store_timeout = 5
            filesystem_store_datadri = /srv
            [web]
            https_insecure = yes
            https_ca_certificates_file = /ca.pem
            [database]
            connection = sqlite://
            """);
        Assert.AreEqual("", Mistakes(conf));
        Assert.AreEqual("""
            The option 'stores' of [glance_store] is ignored (glance-api.conf:5): 'enabled_backends' is set, so that every store has a section of its own.
            The option 'filesystem_store_datadir' of [glance_store] is ignored (glance-api.conf:7): 'enabled_backends' is set, so that every store has a section of its own.
            The option 'filesystem_store_chunk_size' of [backend_defaults] is ignored (glance-api.conf:9): chunks are as long as `ChunkBytes` says, 4 MiB by default.
            The option 'cinder_volume_type' of [backend_defaults] is ignored (glance-api.conf:10): no store here has such an option.
            The option 'filesystem_store_timeout' of [fast] is ignored (glance-api.conf:12): `StallTimeout`, 60 s by default, guards every operation.
            The option 'filesystem_store_datadri' of [fast] is ignored (glance-api.conf:13): it is no option of a store of the type 'file'.
            The option 'https_insecure' of [web] is ignored (glance-api.conf:15): 'https_ca_certificates_file' is set.
            """, Short(string.Join('\n', conf.Ignored)));
    }

    [TestMethod]
    public void Later_files_and_fragments_come_before_earlier_ones()
    {
        Write("one.conf", "[DEFAULT]\nenabled_backends = a:file\n[glance_store]\ndefault_backend = a\n[a]\nfilesystem_store_datadir = /one\nweight = 1");
        Write("two.conf", "[a]\nfilesystem_store_datadir = /two\nweight = 2");
        Write("d/20.conf", "[a]\nweight = 4");
        Write("d/10.conf", "[a]\nweight = 3\nfilesystem_thin_provisioning = true");
        Write("d/.hidden.conf", "[a]\nweight = 5");
        Write("d/30.txt", "[a]\nweight = 6");
        var conf = GlanceConf.Read([At("one.conf"), At("two.conf")], [At("d")]);
        Assert.AreEqual("", Mistakes(conf));
        Assert.AreEqual("Directory=/two, ThinProvisioning=true, Weight=4", Settings(conf, "a"));
    }
}
