namespace GlanceStore.ImageService;

/// <summary>An option of glance and the setting of ours that it is.</summary>
/// <param name="Section">Its section.</param>
/// <param name="Name">Its name.</param>
/// <param name="Setting">Our setting, below <c>ImageService</c>.</param>
/// <param name="Read">Its text as ours; null where it is not of its form.</param>
/// <param name="Expected">That form, in words that end the sentence "… is not …".</param>
internal sealed record GlanceServiceOption(string Section, string Name, string Setting, Func<string, string?> Read, string Expected)
{
    /// <summary>Older names that oslo.config and keystoneauth take for it.</summary>
    public IReadOnlyList<string> OlderNames { get; init; } = [];
}

/// <summary>An option that asks for something which is not here, so that whoever set it should know.</summary>
/// <param name="Section">Its section.</param>
/// <param name="Name">Its name.</param>
/// <param name="Matters">Whether what it is set to asks for something.</param>
/// <param name="Reason">What is here instead, in a sentence.</param>
internal sealed record MissedOption(string Section, string Name, Func<string, bool> Matters, string Reason);

/// <summary>Which options of a <c>glance-api.conf</c> the service takes, beside those of the stores.</summary>
internal static class GlanceConfOptions
{
    public const string Defaults = "DEFAULT";
    public const string Filtering = "import_filtering_opts";
    public const string Imports = "image_import_opts";
    public const string Keystone = "keystone_authtoken";

    /// <summary>The plugin of imports that is a setting here.</summary>
    public const string ConversionPlugin = "image_conversion";

    private const string Number = "a whole number";
    private const string Flag = "true or false";

    /// <summary>Limits, and what images show.</summary>
    public static readonly IReadOnlyList<GlanceServiceOption> OfTheService =
    [
        new(Defaults, "user_storage_quota", "Quotas:ProjectBytes", ConfTexts.Size, "a number of bytes, perhaps with KB, MB, GB or TB behind it"),
        new(Defaults, "image_size_cap", "Quotas:ImageSizeBytes", ConfTexts.Bytes, Number + " from 1 on"),
        new(Defaults, "image_property_quota", "Quotas:Properties", ConfTexts.Limit, Number),
        new(Defaults, "image_tag_quota", "Quotas:Tags", ConfTexts.Limit, Number),
        new(Defaults, "image_member_quota", "Quotas:Members", ConfTexts.Limit, Number),
        new(Defaults, "image_location_quota", "Quotas:Locations", ConfTexts.Limit, Number),
        new(Defaults, "limit_param_default", "DefaultPage", ConfTexts.Positive, Number + " from 1 on"),
        new(Defaults, "api_limit_max", "LargestPage", ConfTexts.Positive, Number + " from 1 on"),
        new(Defaults, "show_image_direct_url", "ShowImageDirectUrl", ConfTexts.Flag, Flag),
        new(Defaults, "show_multiple_locations", "ShowMultipleLocations", ConfTexts.Flag, Flag),
        new(Defaults, "enabled_import_methods", "ImportMethods", ConfTexts.List, "a list"),
    ];

    /// <summary>Who is let in: keystonemiddleware's options, and keystoneauth's of a password.</summary>
    public static readonly IReadOnlyList<GlanceServiceOption> OfKeystone =
    [
        new(Keystone, "auth_url", "Url", ConfTexts.Text, "a text"),
        new(Keystone, "www_authenticate_uri", "PublicUrl", ConfTexts.Text, "a text") { OlderNames = ["auth_uri"] },
        new(Keystone, "username", "Username", ConfTexts.Text, "a text") { OlderNames = ["user_name", "user-name"] },
        new(Keystone, "password", "Password", ConfTexts.Text, "a text"),
        new(Keystone, "project_name", "Project", ConfTexts.Text, "a text") { OlderNames = ["project-name", "tenant_name", "tenant-name"] },
        new(Keystone, "user_domain_name", "UserDomain", ConfTexts.Text, "a text") { OlderNames = ["user-domain-name", "default_domain_name"] },
        new(Keystone, "project_domain_name", "ProjectDomain", ConfTexts.Text, "a text") { OlderNames = ["project-domain-name", "default_domain_name"] },
        new(Keystone, "user_domain_id", "UserDomainId", ConfTexts.Text, "a text") { OlderNames = ["user-domain-id", "default_domain_id"] },
        new(Keystone, "project_domain_id", "ProjectDomainId", ConfTexts.Text, "a text") { OlderNames = ["project-domain-id", "default_domain_id"] },
        new(Keystone, "cafile", "CaFile", ConfTexts.Text, "a text"),
        new(Keystone, "insecure", "VerifyCertificates", ConfTexts.NotFlag, Flag),
        new(Keystone, "token_cache_time", "CacheTime", ConfTexts.Seconds, "a number of seconds"),
        new(Keystone, "service_token_roles", "ServiceTokenRoles", ConfTexts.List, "a list"),
        new(Keystone, "service_token_roles_required", "ServiceTokenRolesRequired", ConfTexts.Flag, Flag),
    ];

    public static readonly IReadOnlyList<MissedOption> Missed =
    [
        new(Defaults, "use_keystone_limits", text => ConfTexts.Flag(text) == "true", "limits of Keystone are not asked for; the quotas of this service hold."),
        new(Defaults, "hashing_algorithm", text => text != "sha512", "the multihash of every image is sha512."),
        new(Defaults, "metadata_encryption_key", text => text.Length > 0, "locations are kept without credentials, and not encrypted."),
        new(Defaults, "delayed_delete", text => ConfTexts.Flag(text) == "true", "data are removed as soon as their store is there."),
        new(Defaults, "property_protection_file", text => text.Length > 0, "properties are not protected by roles."),
        new("oslo_policy", "policy_file", text => text.Length > 0, "the rules are glance's defaults, and no file changes them."),
        new(Imports, "image_import_plugins", text => ConfTexts.ItemsOf(text).Any(name => name is not ("no_op" or ConversionPlugin)),
            "no plugin but image_conversion is run; what else is done to images is said in the settings of this service."),
        new(Keystone, "auth_type", text => text is not ("password" or "v3password"), "this service logs in with a username and a password."),
    ];
}
