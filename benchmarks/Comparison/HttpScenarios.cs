namespace GlanceStore.Benchmarks.Comparison;

/// <summary>The HTTP store beside Python's and curl, all reading from the nginx that <c>tests/servers/nginx/server start</c> has started.</summary>
internal static class HttpScenarios
{
    private const string Config = "--config http.json";
    private const string Verified = "glance-store, receipt: every chunk verified";
    private const string Digested = "glance-store, SHA-512 expected: verified at the end";
    private const string Unverified = "glance-store, bare location: unverified";
    private const string Python = "python glance_store: unverified";

    public static IEnumerable<Scenario> All(Settings settings)
    {
        var state = Environment.GetEnvironmentVariable("GLANCESTORE_NGINX_STATE") ?? Path.Combine(Path.GetTempPath(), "glancestore-servers", "nginx");
        var facts = Path.Combine(state, "facts");
        if (!File.Exists(facts))
        {
            Console.WriteLine("HTTP is left out: start its server with tests/servers/nginx/server start");
            return [];
        }

        var known = File.ReadLines(facts).Select(line => line.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
        return [Get(settings.ImageBytes, $"{known["URL"]}/images/benchmark.raw", Path.Combine(known["ROOT"], "benchmark.raw"))];
    }

    private static Scenario Get(long bytes, string url, string file) => new($"HTTP get of {Size.Of(bytes)}, thrown away",
    [
        new(Verified, $"glance-store get http-receipt.json -o - {Config} > /dev/null"),
        new(Digested, $"glance-store get {url} --expect \"sha512:$(cat sha512.txt)\" -o - {Config} > /dev/null"),
        new(Unverified, $"glance-store get {url} -o - {Config} > /dev/null"),
        new(Python, $"/usr/bin/python3 $BENCH/glance_store_http.py get {url}"),
        new("curl", $"curl --silent --output /dev/null {url}"),
        new("curl, then sha512sum of what it got", $"curl --silent {url} | sha512sum"),
    ])
    {
        ImageBytes = bytes,
        Setup = $$"""
            cat > http.json <<'END'
            { "Stores": { "web": { "Type": "http", "AllowedNetworks": "loopback" }, "local": { "Type": "file", "Directory": "http-files" } }, "DefaultStore": "web" }
            END
            rm -rf http-files
            glance-store put image.raw --store local --receipt file-receipt.json {{Config}} > put.txt
            sed -e 's|"location": ".*"|"location": "{{url}}"|' -e 's|"store": ".*"|"store": "web"|' file-receipt.json > http-receipt.json
            sed -n 's/.*"os_hash_value": "\(.*\)".*/\1/p' file-receipt.json > sha512.txt
            ln -sf "$PWD/image.raw" {{file}}
            """,
        IsPlotted = true,
        Targets = [Target.Rate(Verified, Python, 1), Target.Peak(Verified, 128)],
        Note = "nginx serves the file on the same two cores; its CPU is not counted. Python's driver takes a body that ends early for the whole image.",
    };
}
