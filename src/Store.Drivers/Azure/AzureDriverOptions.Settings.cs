namespace GlanceStore.Drivers.Azure;

public sealed partial record AzureDriverOptions
{
    internal static AzureDriverOptions From(DriverSettings settings)
    {
        var defaults = new AzureDriverOptions();
        return new AzureDriverOptions
        {
            Endpoint = settings.Text(nameof(Endpoint)) ?? defaults.Endpoint,
            AccountName = Filled(settings, nameof(AccountName)),
            Container = settings.Text(nameof(Container)) ?? defaults.Container,
            Prefix = settings.Text(nameof(Prefix)) ?? defaults.Prefix,
            Credentials = SourceOf(settings),
            ConnectionString = Filled(settings, nameof(ConnectionString)),
            AccountKey = Filled(settings, nameof(AccountKey)),
            SasToken = Filled(settings, nameof(SasToken)),
            ManagedIdentityClientId = Filled(settings, nameof(ManagedIdentityClientId)),
            TenantId = Filled(settings, nameof(TenantId)),
            AccessTier = Filled(settings, nameof(AccessTier)),
            EncryptionKey = Filled(settings, nameof(EncryptionKey)),
            CreateContainer = settings.Flag(nameof(CreateContainer), defaults.CreateContainer),
            CaBundle = settings.Path(nameof(CaBundle)),
            CheckCertificate = settings.Flag(nameof(CheckCertificate), defaults.CheckCertificate),
            ConnectTimeout = settings.Span(nameof(ConnectTimeout), defaults.ConnectTimeout),
            MaxParallelBlocks = (int)settings.Number(nameof(MaxParallelBlocks), defaults.MaxParallelBlocks, 1, 1000),
        };
    }

    private static string? Filled(DriverSettings settings, string name) => settings.Text(name) is { Length: > 0 } text ? text : null;

    // A token credential is an object and has no place in a file.
    private static AzureCredentialSource? SourceOf(DriverSettings settings)
    {
        AzureCredentialSource[] sources = [.. Enum.GetValues<AzureCredentialSource>().Where(source => source != AzureCredentialSource.Token)];
        return settings.Parse<Chosen>(nameof(Credentials), default,
            text => Array.FindIndex(sources, source => source.ToString().Equals(text.Replace("-", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase))
                is >= 0 and var index
                ? new Chosen(sources[index])
                : null,
            $"one of {string.Join(", ", sources)}").Source;
    }

    private readonly record struct Chosen(AzureCredentialSource? Source);
}
