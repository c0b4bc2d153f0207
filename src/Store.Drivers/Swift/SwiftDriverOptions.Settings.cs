namespace GlanceStore.Drivers.Swift;

public sealed partial record SwiftDriverOptions
{
    internal static SwiftDriverOptions From(DriverSettings settings)
    {
        var defaults = new SwiftDriverOptions();
        return new SwiftDriverOptions
        {
            AuthAddress = settings.Text(nameof(AuthAddress)) ?? defaults.AuthAddress,
            AuthVersion = settings.Parse<SwiftAuthVersion>(nameof(AuthVersion), defaults.AuthVersion, VersionOf, "1 (tempauth) or 3 (Keystone)"),
            User = Filled(settings, nameof(User)),
            Key = Filled(settings, nameof(Key)),
            ApplicationCredentialId = Filled(settings, nameof(ApplicationCredentialId)),
            ApplicationCredentialSecret = Filled(settings, nameof(ApplicationCredentialSecret)),
            UserDomainId = Filled(settings, nameof(UserDomainId)),
            UserDomainName = Filled(settings, nameof(UserDomainName)),
            ProjectDomainId = Filled(settings, nameof(ProjectDomainId)),
            ProjectDomainName = Filled(settings, nameof(ProjectDomainName)),
            ConfigFile = settings.Path(nameof(ConfigFile)),
            DefaultReference = Filled(settings, nameof(DefaultReference)) ?? defaults.DefaultReference,
            Container = Filled(settings, nameof(Container)) ?? defaults.Container,
            ContainersSeed = (int)settings.Number(nameof(ContainersSeed), defaults.ContainersSeed, 0, SwiftContainers.LongestSeed),
            CreateContainer = settings.Flag(nameof(CreateContainer), defaults.CreateContainer),
            MultiTenant = settings.Flag(nameof(MultiTenant), defaults.MultiTenant),
            AdminTenants = ListOf(settings, nameof(AdminTenants)),
            Region = Filled(settings, nameof(Region)),
            Endpoint = Filled(settings, nameof(Endpoint)),
            Interface = settings.Parse<SwiftInterface>(nameof(Interface), defaults.Interface, InterfaceOf, "one of public, internal, admin"),
            ServiceType = Filled(settings, nameof(ServiceType)) ?? defaults.ServiceType,
            RenewBefore = settings.Span(nameof(RenewBefore), defaults.RenewBefore),
            Manifest = settings.Parse<SwiftManifest>(nameof(Manifest), defaults.Manifest, ManifestOf, "slo or dlo"),
            MaxParallelSegments = (int)settings.Number(nameof(MaxParallelSegments), defaults.MaxParallelSegments, 1, MostParallel),
            MaxSegments = (int)settings.Number(nameof(MaxSegments), defaults.MaxSegments, 1, SwiftSegments.Most),
            TempUrlKey = Filled(settings, nameof(TempUrlKey)),
            CaBundle = settings.Path(nameof(CaBundle)),
            CheckCertificate = settings.Flag(nameof(CheckCertificate), defaults.CheckCertificate),
            ConnectTimeout = settings.Span(nameof(ConnectTimeout), defaults.ConnectTimeout),
            LegacyUris = settings.Flag(nameof(LegacyUris), defaults.LegacyUris),
        };
    }

    internal static SwiftAuthVersion? VersionOf(string text) => text.ToUpperInvariant() switch
    {
        "1" or "1.0" or "TEMPAUTH" => SwiftAuthVersion.TempAuth,
        "3" or "3.0" or "KEYSTONE" => SwiftAuthVersion.Keystone,
        _ => null,
    };

    // glance writes publicURL, Keystone public.
    private static SwiftInterface? InterfaceOf(string text) => text.ToUpperInvariant() switch
    {
        "PUBLIC" or "PUBLICURL" => SwiftInterface.Public,
        "INTERNAL" or "INTERNALURL" => SwiftInterface.Internal,
        "ADMIN" or "ADMINURL" => SwiftInterface.Admin,
        _ => null,
    };

    private static SwiftManifest? ManifestOf(string text) => text.ToUpperInvariant() switch
    {
        "SLO" => SwiftManifest.Slo,
        "DLO" => SwiftManifest.Dlo,
        _ => null,
    };

    // "a, b" as glance writes it, or a list of .NET's configuration.
    private static IReadOnlyList<string> ListOf(DriverSettings settings, string name) =>
    [
        .. (settings.Text(name) ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
        .. settings.Children(name).Select(child => settings.Text($"{name}:{child}")).OfType<string>(),
    ];

    private static string? Filled(DriverSettings settings, string name) => settings.Text(name) is { Length: > 0 } text ? text : null;
}
