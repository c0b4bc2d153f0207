using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Storage;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using GlanceStore.Conformance;

namespace GlanceStore.Drivers.Azure;

/// <summary>Azurite as the tests see it: where it is, and the SDK's own client to look behind the driver.</summary>
public static class AzuriteServer
{
    public const string Name = "azurite";
    public const string Container = "glancestore-tests";
    public const string Account = "devstoreaccount1";

    // The same in every emulator, and no secret anywhere else.
    public const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    private static readonly Lazy<string?> Missing = new(() => Answers(Url) && Answers(TlsUrl) && File.Exists(CaFile)
        ? null
        : $"nothing listens at {Url} and {TlsUrl}; start it with tests/servers/azurite/server start");

    private static readonly Lazy<Task> Containers = new(MakeContainersAsync);

    public static string Url => $"http://127.0.0.1:{Port}/{Account}";

    public static string TlsUrl => $"https://127.0.0.1:{Port + 1}/{Account}";

    public static string CaFile { get; } = Path.Combine(
        Environment.GetEnvironmentVariable("GLANCESTORE_SERVERS") is { Length: > 0 } set ? set : Path.Combine(Path.GetTempPath(), $"glancestore-servers-{UserId()}"),
        Name, "conf", "ca.pem");

    public static string? SkipReason => Missing.Value;

    public static BlobContainerClient Client { get; } = ClientOf(Url, null);

    // Nothing the tests look at by themselves needs the certificate checked.
    public static BlobContainerClient TlsClient { get; } = ClientOf(TlsUrl, new HttpClient(new SocketsHttpHandler
    {
        SslOptions = { RemoteCertificateValidationCallback = (_, _, _, _) => true },
    }));

    private static int Port => int.TryParse(Environment.GetEnvironmentVariable("GLANCESTORE_AZURITE_PORT"), out var port) ? port : 18100;

    /// <summary>A place of its own in the shared container, over HTTP and with the account's key.</summary>
    public static async Task<AzureDriverOptions> NewPlaceAsync()
    {
        await Containers.Value;
        return new AzureDriverOptions { Endpoint = Url, Container = Container, Prefix = $"{Guid.NewGuid():N}/", AccountKey = Key };
    }

    /// <summary>A place of its own over HTTPS, with tokens.</summary>
    public static async Task<AzureDriverOptions> NewTlsPlaceAsync() => await NewPlaceAsync() with
    {
        Endpoint = TlsUrl,
        CaBundle = CaFile,
        AccountKey = null,
        TokenCredential = new UnsignedCredential(),
    };

    public static void Require()
    {
        if (SkipReason is { } reason)
        {
            SkippedServers.Skip(Name, reason);
        }
    }

    /// <summary>The blobs below a prefix, those of other versions and snapshots included.</summary>
    public static async Task<IReadOnlyCollection<string>> ListEverythingAsync(BlobContainerClient client, string prefix)
    {
        var names = new List<string>();
        await foreach (var found in client.GetBlobsAsync(BlobTraits.None, BlobStates.Snapshots, prefix, default))
        {
            names.Add(found.Snapshot is { } snapshot ? $"{found.Name} ({snapshot})" : found.Name);
        }

        return names;
    }

    /// <summary>The ids of uncommitted blocks that wait below a prefix, by blob.</summary>
    public static async Task<IReadOnlyCollection<string>> ListUncommittedAsync(string prefix)
    {
        var names = new List<string>();
        await foreach (var found in Client.GetBlobsAsync(BlobTraits.None, BlobStates.Uncommitted, prefix, default))
        {
            names.Add(found.Name);
        }

        return names;
    }

    public static async Task RemoveEverythingAsync(BlobContainerClient client, string prefix)
    {
        foreach (var name in await ListEverythingAsync(client, prefix))
        {
            await client.DeleteBlobIfExistsAsync(name.Split(' ')[0], DeleteSnapshotsOption.IncludeSnapshots);
        }
    }

    private static BlobContainerClient ClientOf(string url, HttpClient? transport)
    {
        var options = new BlobClientOptions(BlobClientOptions.ServiceVersion.V2023_11_03);
        if (transport is not null)
        {
            options.Transport = new HttpClientTransport(transport);
        }

        return new BlobServiceClient(new Uri(url), new StorageSharedKeyCredential(Account, Key), options).GetBlobContainerClient(Container);
    }

    private static async Task MakeContainersAsync()
    {
        await Client.CreateIfNotExistsAsync();
        await TlsClient.CreateIfNotExistsAsync();
    }

    private static bool Answers(string endpoint)
    {
        try
        {
            var url = new Uri(endpoint);
            using var socket = new TcpClient(url.Host, url.Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    // As the server's program names its folder.
    private static string UserId() => File.ReadLines("/proc/self/status").First(line => line.StartsWith("Uid:", StringComparison.Ordinal)).Split('\t')[2];

    /// <summary>Tokens of the form that Microsoft Entra ID gives, signed by nobody: Azurite checks the form alone.</summary>
    private sealed class UnsignedCredential : TokenCredential
    {
        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken)
        {
            var now = TimeProvider.System.GetUtcNow();
            var end = now.AddHours(1);
            var claims = new Dictionary<string, object>
            {
                ["aud"] = "https://storage.azure.com", ["iss"] = "https://sts.windows.net/ab1f708d-50f6-404c-a006-d71b2ac7a606/",
                ["iat"] = now.ToUnixTimeSeconds(), ["nbf"] = now.AddMinutes(-5).ToUnixTimeSeconds(), ["exp"] = end.ToUnixTimeSeconds(),
                ["oid"] = "11059fcc-5514-4800-b5f8-49808b9cfab6", ["tid"] = "ab1f708d-50f6-404c-a006-d71b2ac7a606",
            };
            return new AccessToken($"{Part(new { alg = "none", typ = "JWT" })}.{Part(claims)}.{DriverHarness.CanarySecret}", end);
        }

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            new(GetToken(requestContext, cancellationToken));

        private static string Part(object value) => System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(value)));
    }
}
