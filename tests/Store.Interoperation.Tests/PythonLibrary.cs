using System.Diagnostics;
using System.Text.Json.Nodes;
using GlanceStore.Conformance;

namespace GlanceStore.Interoperation;

/// <summary>The real Python library of Debian's package <c>python3-glance-store</c> in a process of its own, with the same configuration as ours.</summary>
internal sealed class PythonLibrary : IDisposable
{
    private const string Python = "/usr/bin/python3";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private static readonly Lazy<Task<bool>> IsThere = new(async () => File.Exists(Python) && await ExitCodeAsync("-c", "import glance_store, boto3, swiftclient, keystoneauth1") == 0);

    private readonly Process _process;

    /// <summary>Starts it.</summary>
    /// <param name="conf">The <c>glance-api.conf</c>.</param>
    /// <param name="store">The store's id; <c>-</c> in the older form of one store a type.</param>
    public PythonLibrary(string conf, string store) => _process = Start(Path.Combine(AppContext.BaseDirectory, "glance_store_by_conf.py"), conf, store);

    public static async Task RequireAsync()
    {
        if (!await IsThere.Value)
        {
            SkippedServers.Skip("glance_store", "install python3-glance-store, python3-boto3 and python3-swiftclient");
        }
    }

    public Task<JsonNode> PutAsync(string id, string file) => DoAsync("put", id, file);

    public Task<JsonNode> GetAsync(string uri, string file) => DoAsync("get", uri, file);

    public async Task<long?> SizeAsync(string uri) => (long?)(await DoAsync("size", uri))["size"];

    public async Task<bool> DeleteAsync(string uri) => (await DoAsync("delete", uri))["missing"] is null;

    /// <summary>Runs a program, and gives what it prints.</summary>
    public static async Task<string> PrintedByAsync(params string[] arguments)
    {
        using var timeout = new CancellationTokenSource(Patience);
        using var process = Start(arguments);
        var errors = process.StandardError.ReadToEndAsync(timeout.Token);
        var output = await process.StandardOutput.ReadToEndAsync(timeout.Token);
        await process.WaitForExitAsync(timeout.Token);
        Assert.AreEqual(0, process.ExitCode, await errors);
        return output;
    }

    public void Dispose()
    {
        _process.Kill();
        _process.Dispose();
    }

    private async Task<JsonNode> DoAsync(params string[] words)
    {
        using var timeout = new CancellationTokenSource(Patience);
        await _process.StandardInput.WriteLineAsync(new JsonArray([.. words.Select(word => JsonValue.Create(word))]).ToJsonString().AsMemory(), timeout.Token);
        await _process.StandardInput.FlushAsync(timeout.Token);
        var answer = await _process.StandardOutput.ReadLineAsync(timeout.Token);
        Assert.IsNotNull(answer, answer is null ? await _process.StandardError.ReadToEndAsync(timeout.Token) : null);
        return JsonNode.Parse(answer)!;
    }

    private static async Task<int> ExitCodeAsync(params string[] arguments)
    {
        using var timeout = new CancellationTokenSource(Patience);
        using var process = Start(arguments);
        await process.StandardError.ReadToEndAsync(timeout.Token);
        await process.WaitForExitAsync(timeout.Token);
        return process.ExitCode;
    }

    private static Process Start(params string[] arguments) => Process.Start(new ProcessStartInfo(Python, arguments)
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;
}
