namespace GlanceStore.Drivers.S3;

public sealed partial record S3DriverOptions
{
    internal static S3DriverOptions From(DriverSettings settings)
    {
        var defaults = new S3DriverOptions();
        return new S3DriverOptions
        {
            Endpoint = settings.Text(nameof(Endpoint)) ?? defaults.Endpoint,
            Bucket = settings.Text(nameof(Bucket)) ?? defaults.Bucket,
            Prefix = settings.Text(nameof(Prefix)) ?? defaults.Prefix,
            Region = Filled(settings, nameof(Region)),
            Addressing = Choice<S3Addressing>(settings, nameof(Addressing)) ?? defaults.Addressing,
            Preset = PresetOf(settings),
            Integrity = Choice<S3Integrity>(settings, nameof(Integrity)),
            CreateNew = Choice<S3CreateNew>(settings, nameof(CreateNew)),
            Credentials = Choice<S3CredentialSource>(settings, nameof(Credentials)),
            AccessKey = Filled(settings, nameof(AccessKey)),
            FormerAccessKeys = settings.List(nameof(FormerAccessKeys)),
            SecretKey = Filled(settings, nameof(SecretKey)),
            SessionToken = Filled(settings, nameof(SessionToken)),
            RoleArn = Filled(settings, nameof(RoleArn)),
            RoleSessionName = Filled(settings, nameof(RoleSessionName)) ?? defaults.RoleSessionName,
            RoleExternalId = Filled(settings, nameof(RoleExternalId)),
            StsEndpoint = Filled(settings, nameof(StsEndpoint)),
            StorageClass = Filled(settings, nameof(StorageClass)),
            ServerSideEncryption = Filled(settings, nameof(ServerSideEncryption)),
            KmsKeyId = Filled(settings, nameof(KmsKeyId)),
            CreateBucket = settings.Flag(nameof(CreateBucket), defaults.CreateBucket),
            CaBundle = settings.Path(nameof(CaBundle)),
            CheckCertificate = settings.Flag(nameof(CheckCertificate), defaults.CheckCertificate),
            ConnectTimeout = settings.Span(nameof(ConnectTimeout), defaults.ConnectTimeout),
            MaxParallelParts = (int)settings.Number(nameof(MaxParallelParts), defaults.MaxParallelParts, 1, 1000),
            MinPartBytes = settings.Number(nameof(MinPartBytes), defaults.MinPartBytes, 1, 1 << 30),
            LegacyUris = settings.Flag(nameof(LegacyUris), defaults.LegacyUris),
        };
    }

    private static string? Filled(DriverSettings settings, string name) => settings.Text(name) is { Length: > 0 } text ? text : null;

    // Names of the enumerations in any case, words joined or with '-' between them: conditionalput, conditional-put.
    private static T? Choice<T>(DriverSettings settings, string name) where T : struct, Enum =>
        settings.Parse<Chosen<T>>(name, default,
            text => Enum.TryParse<T>(text.Replace("-", "", StringComparison.Ordinal), ignoreCase: true, out var value) && !char.IsAsciiDigit(text[0])
                ? new Chosen<T>(value)
                : null,
            $"one of {string.Join(", ", Enum.GetNames<T>())}").Value;

    private static S3Preset? PresetOf(DriverSettings settings)
    {
        var known = settings.Parse<Known>(nameof(Preset), default,
            text => S3Preset.Find(text) is { } preset ? new Known(preset) : null, $"one of {string.Join(", ", S3Preset.Names)}");
        return known.Preset;
    }

    private readonly record struct Chosen<T>(T? Value) where T : struct;

    private readonly record struct Known(S3Preset? Preset);
}
