using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace GlanceStore.Drivers.Rbd;

/// <summary>OpenStack's own library in a process of its own, on a pool: it knows no namespaces.</summary>
internal sealed class PythonStore : IAsyncDisposable
{
    /// <summary>What <c>GLANCESTORE_REQUIRE</c> calls it.</summary>
    public const string Tool = "glance_store";

    private const string Interpreter = "/usr/bin/python3";
    private const string Packages = "/usr/lib/python3/dist-packages";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("glance-store-rbd-python-");
    private readonly SemaphoreSlim _turn = new(1);
    private readonly Process _process;

    private PythonStore(Process process) => _process = process;

    public static string? SkipReason { get; } = Directory.Exists($"{Packages}/glance_store") && Directory.EnumerateFiles(Packages, "rbd.*.so").Any()
        ? null
        : "Debian's packages python3-glance-store and python3-rbd are not installed";

    /// <summary>Starts it on the place of a store.</summary>
    public static PythonStore Start(RbdDriverOptions place)
    {
        var script = Path.Combine(AppContext.BaseDirectory, "interoperation.py");
        var process = Process.Start(new ProcessStartInfo(Interpreter, ["-W", "ignore", script, place.CephConf!, place.User!, place.Pool])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        return new PythonStore(process);
    }

    /// <summary>Stores an image, and gives its location and digests.</summary>
    public async Task<PythonImage> PutAsync(string id, byte[] bytes, bool isSizeTold = true)
    {
        var file = Path.Combine(_folder.FullName, Guid.NewGuid().ToString("N"));
        await File.WriteAllBytesAsync(file, bytes);
        var answer = await AskAsync("put", id, file, isSizeTold ? bytes.Length : 0);
        Assert.AreEqual(bytes.Length, (int)answer["size"]!);
        return new PythonImage(Text("uri"), new Digest("md5", Text("checksum")), new Digest("sha512", Text("multihash")));

        string Text(string name) => (string)answer[name]!;
    }

    /// <summary>Reads an image.</summary>
    public async Task<byte[]> GetAsync(string uri)
    {
        var file = Path.Combine(_folder.FullName, Guid.NewGuid().ToString("N"));
        var answer = await AskAsync("get", uri, file);
        var bytes = await File.ReadAllBytesAsync(file);
        Assert.AreEqual(bytes.Length, (int)answer["size"]!);
        Assert.AreEqual(Convert.ToHexStringLower(SHA512.HashData(bytes)), (string)answer["multihash"]!);
        return bytes;
    }

    /// <summary>The name of the error of something that fails.</summary>
    public async Task<string> ErrorOfAsync(string verb, string uri)
    {
        var answer = await AnswerAsync(verb, uri);
        return (string)answer["error"]! ?? throw new AssertFailedException($"{verb} {uri} did not fail: {answer}");
    }

    public async Task<long> SizeAsync(string uri) => (long)(await AskAsync("size", uri))["size"]!;

    public Task DeleteAsync(string uri) => AskAsync("delete", uri);

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _turn.Dispose();
        _folder.Delete(recursive: true);
    }

    private async Task<JsonNode> AskAsync(string verb, params JsonNode?[] arguments)
    {
        var answer = await AnswerAsync(verb, arguments);
        Assert.IsNull(answer["error"], $"{verb} {arguments[0]}: {answer["error"]}");
        return answer;
    }

    private async Task<JsonNode> AnswerAsync(string verb, params JsonNode?[] arguments)
    {
        await _turn.WaitAsync();
        try
        {
            await _process.StandardInput.WriteLineAsync(new JsonArray([verb, .. arguments]).ToJsonString());
            await _process.StandardInput.FlushAsync();
            return JsonNode.Parse(await _process.StandardOutput.ReadLineAsync() ?? throw new JsonException("Python ended."))!;
        }
        finally
        {
            _turn.Release();
        }
    }
}

/// <summary>An image as Python has stored it.</summary>
internal sealed record PythonImage(string Uri, Digest Md5, Digest Sha512);
