using GlanceStore.ImageService.Conversion;
using GlanceStore.ImageService.Database;
using GlanceStore.ImageService.Events;
using GlanceStore.ImageService.Telemetry;

namespace GlanceStore.ImageService;

/// <summary>What is wrong with the settings of the service, one sentence each, told all at once before it starts.</summary>
internal static class ServiceMistakes
{
    public static ServiceOptions Read(IConfiguration configuration)
    {
        ServiceOptions options;
        try
        {
            options = configuration.GetSection(ServiceOptions.Section)
                .Get<ServiceOptions>(binder => binder.ErrorOnUnknownConfiguration = true) ?? new ServiceOptions();
        }
        catch (InvalidOperationException e)
        {
            throw Misconfigured([$"The section {ServiceOptions.Section} is not of its form: {e.Message}"], e);
        }

        string[] mistakes = [.. Of(options)];
        return mistakes.Length == 0 ? options : throw Misconfigured(mistakes, null);
    }

    private static IEnumerable<string> Of(ServiceOptions options) =>
        OfLimits(options).Concat(OfConversion(options)).Concat(OfSignatures(options)).Concat(EventMistakes.Of(options.Events)).Concat(TelemetryOptions.Mistakes(options.Telemetry))
            .Concat(options.Auth.Mode switch
        {
            AuthMode.Static => OfTokens(options.Auth.Tokens),
            AuthMode.Keystone => OfKeystone(options.Auth.Keystone),
            _ => [],
        });

    private static IEnumerable<string> OfLimits(ServiceOptions options)
    {
        if (options.Database is { } database && !ServiceDatabase.IsNamedBy(database))
        {
            yield return "Database is sqlite:PATH, or a connection string of PostgreSQL such as Host=db;Username=glance;Database=images.";
        }

        if (options.LargestPage < 1 || options.DefaultPage < 1 || options.DefaultPage > options.LargestPage)
        {
            yield return "DefaultPage is at least 1 and at most LargestPage.";
        }

        foreach (var (name, span) in new[] { ("UploadLease", options.UploadLease), ("StallTimeout", options.StallTimeout), ("StopTimeout", options.StopTimeout) })
        {
            if (span < TimeSpan.FromSeconds(1) || span > TimeSpan.FromDays(1))
            {
                yield return $"{name} is a time from 00:00:01 to 1.00:00:00.";
            }
        }

        foreach (var (name, text, known) in new[] { ("ImportMethods", options.ImportMethods, ServiceOptions.KnownImportMethods), ("WebSchemes", options.WebSchemes, ServiceOptions.KnownWebSchemes) })
        {
            if (text is not null && ConfTexts.ItemsOf(text).Except(known).Any())
            {
                yield return $"{name} is made of {string.Join(", ", known)}, parted by commas.";
            }
        }

        if (options.ImportWorkers is < 0 or > 64)
        {
            yield return "ImportWorkers is a number from 0 to 64.";
        }

        var quotas = options.Quotas;
        if (quotas.ImageSizeBytes < 1 || quotas.ProjectBytes < 0 || quotas.Properties < 0 || quotas.PropertyBytes < 0 || quotas.Tags < 0 || quotas.Members < 0 || quotas.Locations < 0)
        {
            yield return "Quotas are not negative, and ImageSizeBytes is at least 1.";
        }
    }

    private static IEnumerable<string> OfConversion(ServiceOptions options)
    {
        if (options.Conversion is { } target && !DiskConversion.Formats.Contains(target))
        {
            yield return $"Conversion is one of {string.Join(", ", DiskConversion.Formats)}.";
        }

        if (options is { Conversion: not (null or "raw"), QemuImg.StagingDirectory: null })
        {
            yield return "Conversion to anything but raw takes qemu-img: QemuImg:StagingDirectory names a folder for its files.";
        }

        if (options.QemuImg.Timeout <= TimeSpan.Zero || options.QemuImg.MaxMemoryBytes < 1)
        {
            yield return "QemuImg:Timeout and QemuImg:MaxMemoryBytes are more than nothing.";
        }
    }

    private static IEnumerable<string> OfSignatures(ServiceOptions options)
    {
        if (options.Signatures.Certificates is { } folder && !Directory.Exists(folder))
        {
            yield return $"Signatures:Certificates is a folder, and there is none at {folder}.";
        }

        if (options.Signatures.Barbican is not { } barbican)
        {
            yield break;
        }

        if (!Uri.TryCreate(barbican, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
        {
            yield return "Signatures:Barbican is the address of Barbican, such as https://barbican.example.org:9311.";
        }

        if (options.Auth.Mode != AuthMode.Keystone)
        {
            yield return "Signatures:Barbican takes Auth:Mode keystone: Barbican is asked with the service's token.";
        }
    }

    private static IEnumerable<string> OfTokens(IReadOnlyList<TokenOptions> tokens)
    {
        if (tokens.Count == 0)
        {
            yield return "Auth:Mode is static and Auth:Tokens is empty: nobody could do anything.";
        }

        if (tokens.Any(token => string.IsNullOrWhiteSpace(token.Token) || string.IsNullOrWhiteSpace(token.Project) || token.Roles is { Count: 0 }))
        {
            yield return "Each of Auth:Tokens has a Token and a Project, and one has not.";
        }

        if (tokens.GroupBy(token => token.Token).Any(same => same.Count() > 1))
        {
            yield return "Each of Auth:Tokens has a Token of its own, and two have the same.";
        }
    }

    private static IEnumerable<string> OfKeystone(KeystoneOptions keystone)
    {
        if (!Uri.TryCreate(keystone.Url, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
        {
            yield return "Auth:Keystone:Url is the address of Keystone, such as https://keystone.example.org:5000.";
        }

        if (string.IsNullOrEmpty(keystone.Username) || string.IsNullOrEmpty(keystone.Password))
        {
            yield return "Auth:Keystone:Username and Auth:Keystone:Password are those of the service's own user.";
        }

        if (keystone.CaFile is { } file && !File.Exists(file))
        {
            yield return $"Auth:Keystone:CaFile is a PEM file of certificates, and there is no '{file}'.";
        }
    }

    private static InvalidOperationException Misconfigured(string[] mistakes, Exception? cause) =>
        new(string.Join(Environment.NewLine, mistakes), cause);
}
