using System.Buffers.Text;
using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Text;
using System.Text.Json;
using GlanceStore.Conformance;

namespace GlanceStore.Cli.Tests;

/// <summary>
/// An Azure store without credentials of its own, on a machine that has no network and so no metadata service: a namespace that has the loopback
/// alone, and one port on it that leads to Azurite.
/// </summary>
[TestClass]
[UnsupportedOSPlatform("windows")]
public sealed class AzureLogInTests : IDisposable
{
    private const string Account = "devstoreaccount1";

    // A socket of a file system is the same inside a network namespace and outside of it.
    private const string Bridge = """
        import socket, subprocess, sys, threading
        def copy(a, b):
            try:
                while data := a.recv(65536):
                    b.sendall(data)
                b.shutdown(socket.SHUT_WR)
            except OSError:
                pass
        def accept():
            while True:
                client = listener.accept()[0]
                server = socket.socket(socket.AF_UNIX)
                server.connect(sys.argv[1])
                threading.Thread(target=copy, args=(client, server), daemon=True).start()
                threading.Thread(target=copy, args=(server, client), daemon=True).start()
        subprocess.check_call(["ip", "link", "set", "lo", "up"])
        listener = socket.create_server(("127.0.0.1", 443))
        threading.Thread(target=accept, daemon=True).start()
        sys.exit(subprocess.call(sys.argv[2:]))
        """;

    // Without the metadata service a chain that waits for it takes 25 s longer. What one that does not takes depends on how busy the machine is: on a quiet
    // one no more than four times as long as a run that logs in nowhere.
    private static readonly TimeSpan Waiting = TimeSpan.FromSeconds(20);
    private const int Busy = 4;

    private static readonly string Ca = Path.Combine(
        Variable("GLANCESTORE_SERVERS", Path.Combine(Path.GetTempPath(), $"glancestore-servers-{UserId()}")), "azurite", "conf", "ca.pem");

    private readonly Tool _tool = new();

    public TestContext TestContext { get; set; } = null!;

    private static int TlsPort => int.Parse(Variable("GLANCESTORE_AZURITE_PORT", "18100"), System.Globalization.CultureInfo.InvariantCulture) + 1;

    public void Dispose() => _tool.Dispose();

    [TestMethod]
    public async Task Whoever_is_signed_in_with_az_login_can_use_the_store_where_there_is_no_metadata_service()
    {
        await RequireAsync();
        var answer = JsonSerializer.Serialize(new { accessToken = Token(), expiresOn = "2099-01-01 00:00:00.000000", expires_on = 4070908800 });
        await MakeAzAsync($"echo '{answer}'");
        var (outcome, took) = await PutAsync();
        Assert.StartsWith("azure+https://127.0.0.1/", outcome.Succeeded().Text);
        Assert.AreEqual("account get-access-token", Assert.ContainsSingle(await File.ReadAllLinesAsync(_tool.At("asked"), TestContext.CancellationToken)));
        var usual = Stopwatch.StartNew();
        (await DeleteAsync(outcome.Text.Split('/')[^1])).Succeeded();
        Assert.IsLessThan(Waiting + (usual.Elapsed * Busy), took);
    }

    [TestMethod]
    public async Task Where_nobody_is_signed_in_the_error_names_what_was_tried()
    {
        await RequireAsync();
        await MakeAzAsync("echo \"ERROR: Please run 'az login' to setup account.\" >&2; exit 1");
        var (outcome, took) = await PutAsync();
        outcome.FailedWith(1, "no token could be had; set up an identity, or set ConnectionString, AccountKey or SasToken. Tried were: ");
        foreach (var way in (string[])["EnvironmentCredential", "WorkloadIdentityCredential", "ManagedIdentityCredential", "az login", "PowerShell", "Azure Developer CLI"])
        {
            Assert.Contains(way, outcome.Errors);
        }

        var usual = Stopwatch.StartNew();
        await DeleteAsync("nothing");
        Assert.IsLessThan(Waiting + (usual.Elapsed * Busy), took);
    }

    private static string Variable(string name, string standard) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } set ? set : standard;

    private static string UserId() => File.ReadLines("/proc/self/status").First(line => line.StartsWith("Uid:", StringComparison.Ordinal)).Split('\t')[2];

    // Azurite looks at a token's form alone.
    private static string Token()
    {
        var claims = new
        {
            aud = "https://storage.azure.com", iss = "https://sts.windows.net/ab1f708d-50f6-404c-a006-d71b2ac7a606/", iat = 1, nbf = 1, exp = 4070908800,
            oid = "11059fcc-5514-4800-b5f8-49808b9cfab6", tid = "ab1f708d-50f6-404c-a006-d71b2ac7a606",
        };
        return $"{Part("""{"alg":"none","typ":"JWT"}""")}.{Part(JsonSerializer.Serialize(claims))}.{Part("signed by nobody")}";
    }

    private static string Part(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));

    private async Task RequireAsync()
    {
        if (!File.Exists(Ca))
        {
            SkippedServers.Skip("azurite", $"there is no {Ca}; start it with tests/servers/azurite/server start");
        }

        using var probe = _tool.StartProgram("unshare", "-n", "true");
        if ((await Tool.EndOfAsync(probe)).ExitCode != 0)
        {
            Assert.Inconclusive("Only root may take a program's network away.");
        }
    }

    // By the key that every emulator has.
    private async Task<Outcome> DeleteAsync(string id)
    {
        const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
        var store = new { Type = "azure", Endpoint = $"https://127.0.0.1:{TlsPort}/{Account}", Container = "signed-in", AccountKey = Key, CaBundle = Ca };
        await File.WriteAllTextAsync(
            _tool.At("key.json"), JsonSerializer.Serialize(new { GlanceStore = new { Stores = new { cloud = store } } }), TestContext.CancellationToken);
        return await _tool.RunAsync("delete", $"azure+https://127.0.0.1:{TlsPort}/{Account}/signed-in/{id}", "--config", _tool.At("key.json"));
    }

    private async Task MakeAzAsync(string answer)
    {
        Directory.CreateDirectory(_tool.At("bin"));
        await File.WriteAllTextAsync(_tool.At("bin/az"), $"#!/bin/sh\necho \"$1 $2\" >> {_tool.At("asked")}\n{answer}\n", TestContext.CancellationToken);
        File.SetUnixFileMode(_tool.At("bin/az"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    private async Task<(Outcome Outcome, TimeSpan Took)> PutAsync()
    {
        var store = new { Type = "azure", Endpoint = $"https://127.0.0.1/{Account}", Container = "signed-in", CreateContainer = true, CaBundle = Ca };
        await File.WriteAllTextAsync(
            _tool.At("azure.json"), JsonSerializer.Serialize(new { GlanceStore = new { Stores = new { cloud = store } } }), TestContext.CancellationToken);
        await File.WriteAllTextAsync(_tool.At("bridge.py"), Bridge, TestContext.CancellationToken);
        _tool.MakeFile("little", 1000);
        using var bridge = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        bridge.Bind(new UnixDomainSocketEndPoint(_tool.At("azurite")));
        bridge.Listen();
        _ = ServeAsync(bridge);
        var watch = Stopwatch.StartNew();
        using var process = _tool.StartProgram("unshare", "-n", "env", "-u", "AZURE_TOKEN_CREDENTIALS", $"HOME={_tool.At("home")}", $"PATH={_tool.At("bin")}:{Environment.GetEnvironmentVariable("PATH")}",
            "/usr/bin/python3", _tool.At("bridge.py"), _tool.At("azurite"), Tool.BuiltTool, "--config", _tool.At("azure.json"), "put", _tool.At("little"));
        process.StandardInput.Close();
        return (await Tool.EndOfAsync(process), watch.Elapsed);
    }

    private static async Task ServeAsync(Socket listener)
    {
        try
        {
            while (true)
            {
                _ = PassOnAsync(await listener.AcceptAsync());
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
        }
    }

    private static async Task PassOnAsync(Socket client)
    {
        using var server = new TcpClient();
        await server.ConnectAsync("127.0.0.1", TlsPort);
        await using var here = new NetworkStream(client, ownsSocket: true);
        try
        {
            await Task.WhenAny(here.CopyToAsync(server.GetStream()), server.GetStream().CopyToAsync(here));
        }
        catch (IOException)
        {
        }
    }
}
