using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using static GlanceStore.Drivers.Swift.KeystoneJson;

namespace GlanceStore.Drivers.Swift;

/// <summary>Where version 3 of a Keystone is, below the address that the settings name: that may be the service's root, as in most clouds' catalogs.</summary>
internal sealed class KeystoneVersions(HttpClient http, TimeProvider time)
{
    private const string Version = "/v3";

    // A list of versions has some hundred bytes; anything longer is none.
    private const int LongestList = 64 << 10;

    private readonly ConcurrentDictionary<string, string> _found = new(StringComparer.Ordinal);

    /// <summary>The address without the version at its end, by which the same Keystone is known whichever way it is written.</summary>
    public static string Root(string path)
    {
        var bald = path.TrimEnd('/');
        return bald.EndsWith(Version, StringComparison.Ordinal) ? bald[..^Version.Length].TrimEnd('/')
            : bald.EndsWith("/v2.0", StringComparison.Ordinal) ? bald[..^"/v2.0".Length].TrimEnd('/')
            : bald;
    }

    /// <summary>Where one logs in. The service is asked once, and only where the address does not end in the version.</summary>
    public async ValueTask<string> FindAsync(string address, CancellationToken cancellationToken)
    {
        var bald = address.TrimEnd('/');
        if (bald.EndsWith(Version, StringComparison.Ordinal))
        {
            return bald;
        }

        return _found.TryGetValue(bald, out var known) ? known : _found[bald] = await AskAsync(bald, cancellationToken).ConfigureAwait(false);
    }

    private async Task<string> AskAsync(string address, CancellationToken cancellationToken)
    {
        var doing = $"Asking {address} for its versions";
        using var request = new HttpRequestMessage(HttpMethod.Get, address + "/") { Headers = { ConnectionClose = true } };
        using var answer = await SwiftErrors.RunAsync(doing,
            () => http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken), cancellationToken).ConfigureAwait(false);
        if (SwiftErrors.LogIn(doing, answer, time) is { IsTransient: true } passing)
        {
            throw passing;
        }

        // 300 where there are several, even if they are one.
        var told = answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.MultipleChoices
            ? await SwiftErrors.RunAsync(doing, () => ReadAsync(answer, cancellationToken), cancellationToken).ConfigureAwait(false)
            : null;
        return told is null ? address + Version : AddressBy(told, address);
    }

    private static async Task<JsonDocument?> ReadAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        var buffer = new byte[LongestList];
        var body = await answer.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        var count = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        try
        {
            return JsonDocument.Parse(buffer.AsMemory(0, count));
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // Of what the answer says only the path is taken, and only below the address: the password goes to the host that the settings name, and
    // behind a proxy Keystone often knows neither its own name nor what stands before its path.
    private static string AddressBy(JsonDocument told, string address)
    {
        using var document = told;
        if (Part(document.RootElement, "version") is { } version && IsThree(version))
        {
            return address;
        }

        var url = new Uri(address);
        var below = url.AbsolutePath.TrimEnd('/') + "/";
        var path = VersionsIn(document.RootElement).Where(IsThree).SelectMany(item => Items(item, "links"))
            .Where(link => Text(link, "rel") == "self").Select(link => PathOf(url, Text(link, "href"))).FirstOrDefault();
        return path is not null && path.StartsWith(below, StringComparison.Ordinal) && path.Length > below.Length
            ? url.GetLeftPart(UriPartial.Authority) + path
            : address + Version;
    }

    // Keystone has them in "versions": {"values": [...]}, other services in "versions": [...].
    private static IEnumerable<JsonElement> VersionsIn(JsonElement root) =>
        [.. Items(root, "versions"), .. Part(root, "versions") is { } versions ? Items(versions, "values") : []];

    private static bool IsThree(JsonElement version) => Text(version, "id") is { } id && (id == "v3" || id.StartsWith("v3.", StringComparison.Ordinal));

    private static string? PathOf(Uri address, string? link) => Uri.TryCreate(address, link, out var url) ? url.AbsolutePath.TrimEnd('/') : null;
}
