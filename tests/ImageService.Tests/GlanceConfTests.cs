using Microsoft.Extensions.Configuration;

namespace GlanceStore.ImageService.Tests;

/// <summary>An operator's <c>glance-api.conf</c>, of which the service takes more than the stores.</summary>
[TestClass]
public sealed class GlanceConfTests
{
    private const string Stores = """
        [DEFAULT]
        enabled_backends = fast:file
        [glance_store]
        default_backend = fast
        """;

    private static DirectoryInfo _root = null!;

    [ClassInitialize]
    public static void Make(TestContext context) => _root = Directory.CreateTempSubdirectory("image-service-");

    [ClassCleanup]
    public static void Remove() => _root.Delete(recursive: true);

    [TestMethod]
    public void Limits_and_what_is_shown_are_those_of_the_file()
    {
        var (options, notes) = Read($"""
            {Stores}
            [DEFAULT]
            user_storage_quota = 3GB
            image_size_cap = 1000000
            image_property_quota = 5
            image_tag_quota = -1
            image_member_quota = 0
            image_location_quota = 3
            limit_param_default = 10
            api_limit_max = 50
            show_image_direct_url = yes
            show_multiple_locations = True
            enabled_import_methods = [web-download,'copy-image']
            """);
        Assert.AreEqual(new QuotaOptions { ProjectBytes = 3L << 30, ImageSizeBytes = 1_000_000, Properties = 5, Tags = int.MaxValue, Members = 0, Locations = 3 }, options.Quotas);
        Assert.AreEqual((10, 50, true, true), (options.DefaultPage, options.LargestPage, options.ShowImageDirectUrl, options.ShowMultipleLocations));
        Assert.AreEqual("web-download, copy-image", options.ImportMethods);
        Assert.AreEqual(AuthMode.None, options.Auth.Mode);
        Assert.IsEmpty(notes);
    }

    [TestMethod]
    public void Settings_of_our_own_stand_before_the_file()
    {
        var (options, _) = Read($"{Stores}\n[DEFAULT]\nimage_tag_quota = 5\nimage_member_quota = 6\nenabled_import_methods = copy-image, web-download", "Quotas:Tags=7", "ImportMethods=glance-direct");
        Assert.AreEqual((7, 6, "glance-direct"), (options.Quotas.Tags, options.Quotas.Members, options.ImportMethods));
    }

    [TestMethod]
    public void A_page_is_no_longer_than_the_longest()
    {
        var (options, _) = Read($"{Stores}\n[DEFAULT]\napi_limit_max = 7");
        Assert.AreEqual((7, 7), (options.DefaultPage, options.LargestPage));
    }

    [TestMethod]
    [DataRow("", "AllowedHosts= AllowedPorts=80, 443", "http, https")]
    [DataRow("allowed_hosts = a.example.org, b.example.org\ndisallowed_hosts = c.example.org", "AllowedHosts=a.example.org, b.example.org AllowedPorts=80, 443", "http, https")]
    [DataRow("disallowed_hosts = [c.example.org]\nallowed_ports = []\ndisallowed_ports = 22", "AllowedHosts= AllowedPorts= DeniedHosts=c.example.org DeniedPorts=22", "http, https")]
    [DataRow("allowed_ports = []", "AllowedHosts= AllowedPorts=", "http, https")]
    [DataRow("allowed_schemes = https\nallowed_ports = [443]", "AllowedHosts= AllowedPorts=443", "https")]
    [DataRow("allowed_schemes = []\ndisallowed_schemes = http", "AllowedHosts= AllowedPorts=80, 443", "https")]
    public void What_web_download_may_fetch_is_what_glance_lets_it(string filters, string settings, string schemes)
    {
        var (options, _) = Read($"{Stores}\n[import_filtering_opts]\n{filters}");
        Assert.AreEqual(settings, string.Join(' ', options.WebDownload.OrderBy(setting => setting.Key, StringComparer.Ordinal).Select(setting => $"{setting.Key}={setting.Value}")));
        Assert.AreEqual(schemes, options.WebSchemes);
    }

    [TestMethod]
    public void Keystone_is_asked_as_the_section_of_its_middleware_says()
    {
        var authority = Path.Combine(_root.FullName, "ca.pem");
        File.WriteAllText(authority, "");
        var (options, notes) = Read($"""
            {Stores}
            [keystone_authtoken]
            www_authenticate_uri = https://public.example.org:5000
            auth_url = https://keystone.example.org:5000
            auth_type = password
            user_name = glance
            password = "pa$$word"
            tenant_name = service
            user_domain_name = Users
            project_domain_id = default
            cafile = {authority}
            insecure = false
            token_cache_time = 60
            service_token_roles = service,nova
            service_token_roles_required = True
            memcached_servers = localhost:11211
            """);
        Assert.AreEqual(AuthMode.Keystone, options.Auth.Mode);
        Assert.AreEqual(new KeystoneOptions
        {
            Url = "https://keystone.example.org:5000",
            PublicUrl = "https://public.example.org:5000",
            Username = "glance",
            Password = "pa$word",
            Project = "service",
            UserDomain = "Users",
            ProjectDomainId = "default",
            CaFile = authority,
            CacheTime = TimeSpan.FromMinutes(1),
            ServiceTokenRoles = "service, nova",
            ServiceTokenRolesRequired = true,
        }, options.Auth.Keystone);
        Assert.IsEmpty(notes);
    }

    [TestMethod]
    public void Keystone_s_options_may_stand_in_a_section_of_another_name_and_be_undone_by_our_own()
    {
        const string Conf = $"""
            {Stores}
            [paste_deploy]
            flavor = keystone+caching
            [keystone_authtoken]
            auth_section = ours
            token_cache_time = 10
            [ours]
            auth_url = http://keystone.example.org/v3
            username = glance
            password = secret
            project_name = services
            default_domain_id = default
            """;
        var (options, _) = Read(Conf);
        Assert.AreEqual(("http://keystone.example.org/v3", "default", "default", TimeSpan.FromSeconds(10)),
            (options.Auth.Keystone.Url, options.Auth.Keystone.UserDomainId, options.Auth.Keystone.ProjectDomainId, options.Auth.Keystone.CacheTime));
        (options, _) = Read(Conf, "Auth:Keystone:UserDomain=Other", "Auth:Keystone:Password=another");
        Assert.AreEqual(("Other", null, "default", "another"),
            (options.Auth.Keystone.UserDomain, options.Auth.Keystone.UserDomainId, options.Auth.Keystone.ProjectDomainId, options.Auth.Keystone.Password));
    }

    [TestMethod]
    [DataRow("[paste_deploy]\nflavor = caching\n[keystone_authtoken]\nauth_url = http://k.example.org", false)]
    [DataRow("[paste_deploy]\nflavor =", false)]
    [DataRow("", false)]
    [DataRow("[keystone_authtoken]\nauth_url = http://k.example.org\nusername = u\npassword = p", true)]
    public void A_service_that_has_keystone_is_open_only_where_a_flavor_says_so(string conf, bool isKeystone) =>
        Assert.AreEqual(isKeystone ? AuthMode.Keystone : AuthMode.None, Read($"{Stores}\n{conf}").Options.Auth.Mode);

    [TestMethod]
    public void A_flavor_of_keystone_without_its_section_does_not_open_the_service()
    {
        var error = Assert.ThrowsExactly<InvalidOperationException>(() => Read($"{Stores}\n[paste_deploy]\nflavor = keystone"));
        Assert.Contains("Auth:Keystone:Url", error.Message);
    }

    [TestMethod]
    public void What_is_asked_for_and_not_here_is_told_and_the_rest_is_not()
    {
        var (options, notes) = Read($"""
            {Stores}
            [DEFAULT]
            use_keystone_limits = true
            hashing_algorithm = sha256
            delayed_delete = false
            workers = 4
            enabled_import_methods = glance-download, web-download
            [image_import_opts]
            image_import_plugins = ['no_op']
            """);
        Assert.HasCount(3, notes);
        Assert.Contains("glance-download", notes[0]);
        Assert.Contains("'use_keystone_limits' of [DEFAULT]", notes[1]);
        Assert.Contains("sha512", notes[2]);
        Assert.AreEqual("web-download", options.ImportMethods);
    }

    [TestMethod]
    [DataRow("output_format = raw", "", "raw", 0)]
    [DataRow("", "", null, 1)]
    [DataRow("output_format = vmdk", "", null, 1)]
    [DataRow("output_format = vmdk", "QemuImg:StagingDirectory=/tmp", "vmdk", 0)]
    [DataRow("", "QemuImg:StagingDirectory=/tmp", "qcow2", 0)]
    [DataRow("", "Conversion=raw", "raw", 0)]
    public void The_plugin_that_converts_is_a_setting_here(string conf, string setting, string? conversion, int notes)
    {
        var (options, told) = Read($"{Stores}\n[image_import_opts]\nimage_import_plugins = [image_conversion]\n[image_conversion]\n{conf}", setting.Length > 0 ? [setting] : []);
        Assert.AreEqual(conversion, options.Conversion);
        Assert.HasCount(notes, told);
        Assert.IsTrue(told.All(note => note.Contains("takes qemu-img", StringComparison.Ordinal)), string.Join('\n', told));
    }

    [TestMethod]
    public void Other_plugins_are_told_and_not_run()
    {
        var (options, told) = Read($"{Stores}\n[image_import_opts]\nimage_import_plugins = ['image_decompression', 'image_conversion']\n[image_conversion]\noutput_format = raw");
        Assert.AreEqual("raw", options.Conversion);
        Assert.Contains("no plugin but image_conversion", told.Single());
    }

    [TestMethod]
    public void Every_option_that_is_not_of_its_form_is_told_with_its_line_and_without_its_text()
    {
        var error = Assert.ThrowsExactly<InvalidOperationException>(() => Read($"""
            {Stores}
            [DEFAULT]
            user_storage_quota = 3 GB
            image_size_cap = much
            limit_param_default = 0
            show_multiple_locations = perhaps
            [keystone_authtoken]
            auth_url = http://k.example.org
            username = u
            password = se$cret
            token_cache_time = -1
            """));
        Assert.AreEqual(6, error.Message.Split(Environment.NewLine).Length, error.Message);
        Assert.Contains("glance-api.conf:6) is not a number of bytes", error.Message);
        Assert.DoesNotContain("much", error.Message);
        Assert.DoesNotContain("cret", error.Message);
    }

    [TestMethod]
    public void A_file_that_is_not_there_is_told()
    {
        var error = Assert.ThrowsExactly<InvalidOperationException>(() => GlanceConfSettings.AddTo(SettingsOf("/nowhere/glance-api.conf", [])));
        Assert.Contains("/nowhere/glance-api.conf", error.Message);
    }

    [TestMethod]
    public async Task A_service_is_run_by_the_file_alone()
    {
        var root = Directory.CreateTempSubdirectory("image-service-");
        var file = Path.Combine(root.FullName, "glance-api.conf");
        await File.WriteAllTextAsync(file, $"""
            {Stores}
            [DEFAULT]
            image_tag_quota = 1
            show_multiple_locations = true
            enabled_import_methods = [glance-direct,web-download]
            [fast]
            filesystem_store_datadir = {root.FullName}/fast
            [os_glance_staging_store]
            filesystem_store_datadir = {root.FullName}/staging
            """);
        await using var service = await RunningService.StartInAsync(root, $"ImageService:GlanceConf={file}");
        var id = await service.Client.StoreAsync([1, 2, 3]);
        Assert.AreSequenceEqual(new[] { id }, service.StoredIn("fast"));
        Assert.Contains($"file://{root.FullName}/fast/{id}", (await service.Client.GetAsync($"/v2/images/{id}")).Json["locations"]!.ToJsonString());
        (await service.Client.PutAsync($"/v2/images/{id}/tags/a")).Is(204);
        (await service.Client.PutAsync($"/v2/images/{id}/tags/b")).Is(413);
        Assert.AreEqual("""["glance-direct","web-download"]""", (await service.Client.GetAsync("/v2/info/import")).Json["import-methods"]!["value"]!.ToJsonString());
        var another = await service.Client.CreateAsync();
        (await service.Client.PostAsync($"/v2/images/{another}/import", """{"method": {"name": "web-download", "uri": "http://x.example.org:8080/"}}""")).Refuses(400, "does not pass filtering");
        (await service.Client.PostAsync($"/v2/images/{id}/import", """{"method": {"name": "copy-image"}, "stores": ["fast"]}""")).Refuses(400, "copy-image");
    }

    private static (ServiceOptions Options, IReadOnlyList<string> Notes) Read(string conf, params string[] settings)
    {
        var file = Path.Combine(_root.FullName, "glance-api.conf");
        File.WriteAllText(file, conf);
        var configuration = SettingsOf(file, settings);
        var notes = GlanceConfSettings.AddTo(configuration);
        return (ServiceMistakes.Read(configuration), notes);
    }

    private static ConfigurationManager SettingsOf(string file, string[] settings)
    {
        var configuration = new ConfigurationManager();
        configuration.AddInMemoryCollection(settings.Append($"GlanceConf={file}").Select(setting => setting.Split('=', 2))
            .Select(setting => KeyValuePair.Create($"ImageService:{setting[0]}", (string?)setting[1])));
        return configuration;
    }
}
