using System.Globalization;

namespace GlanceStore.Drivers.Http;

public sealed partial record HttpDriverOptions
{
    internal static HttpDriverOptions From(DriverSettings settings)
    {
        var defaults = new HttpDriverOptions();
        return new HttpDriverOptions
        {
            BaseUrl = Filled(settings, nameof(BaseUrl)),
            Credentials = [.. settings.Children(nameof(Credentials)).Select(child => HttpCredential.From(settings, $"{nameof(Credentials)}:{child}:"))],
            HttpProxy = Filled(settings, nameof(HttpProxy)),
            HttpsProxy = Filled(settings, nameof(HttpsProxy)),
            NoProxy = settings.List(nameof(NoProxy)),
            CaFile = settings.Path(nameof(CaFile)),
            VerifyCertificates = settings.Flag(nameof(VerifyCertificates), defaults.VerifyCertificates),
            MaxRedirects = (int)settings.Number(nameof(MaxRedirects), defaults.MaxRedirects, 0, 50),
            AllowDowngrade = settings.Flag(nameof(AllowDowngrade), defaults.AllowDowngrade),
            ConnectTimeout = settings.Span(nameof(ConnectTimeout), defaults.ConnectTimeout),
            TotalTimeout = settings.Span(nameof(TotalTimeout), TimeSpan.Zero) is { Ticks: > 0 } total ? total : null,
            MaxImageBytes = settings.Number(nameof(MaxImageBytes), -1, 0, long.MaxValue) is >= 0 and var most ? most : null,
            AllowedHosts = settings.List(nameof(AllowedHosts)),
            DeniedHosts = settings.List(nameof(DeniedHosts)),
            AllowedPorts = Ports(settings, nameof(AllowedPorts)),
            DeniedPorts = Ports(settings, nameof(DeniedPorts)),
            AllowedNetworks = settings.List(nameof(AllowedNetworks)),
            DeniedNetworks = settings.List(nameof(DeniedNetworks)),
        };
    }

    // OpenStack's files write what is not set as a name without a text.
    private static string? Filled(DriverSettings settings, string name) => settings.Text(name) is { Length: > 0 } text ? text : null;

    // No port is 0, so a text that is no number becomes a mistake like any other wrong port.
    private static int[] Ports(DriverSettings settings, string name) =>
        [.. settings.List(name).Select(text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? port : 0)];
}
