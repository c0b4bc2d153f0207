using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace GlanceStore.ImageService.Tests;

/// <summary>OpenStack's own image service, Debian's <c>glance-api</c>, with a database and a configuration of its own and without accounts.</summary>
internal sealed class RealGlance : IAsyncDisposable
{
    private const string Program = "/usr/bin/glance-api";

    private readonly Process _process;
    private readonly string _folder;
    private readonly LastLines _log = new();

    private RealGlance(Process process, string folder, Uri address)
    {
        (_process, _folder) = (process, folder);
        _process.ErrorDataReceived += (_, line) => _log.Add(line.Data);
        _process.OutputDataReceived += (_, _) => { };
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
        var http = new HttpClient(new LogOnError(_log)) { BaseAddress = address, Timeout = TimeSpan.FromMinutes(2) };
        http.DefaultRequestHeaders.Add("Accept", "application/json");
        Client = new ApiClient(http);
    }

    public ApiClient Client { get; }

    /// <summary>Its SQLite file.</summary>
    public string Database => Path.Combine(_folder, "glance.db");

    /// <summary>Gives an image its data; up to three times, as Glance says 500 where its SQLite is locked or a server of its store was busy.</summary>
    public async Task StoreAsync(string id, byte[] data, string store)
    {
        for (var left = 2; ; left--)
        {
            var answer = await Client.UploadAsync(id, data, store);
            if (answer.Status != HttpStatusCode.InternalServerError || left == 0)
            {
                answer.Is(204);
                return;
            }

            Console.WriteLine(answer.Text);
        }
    }

    public static void Require() => DebianProgram.Require("glance-api", Program);

    /// <summary>Starts it; the configuration gains what it needs beside the stores.</summary>
    /// <param name="folder">A folder of its own, with the file <c>glance-api.conf</c>.</param>
    public static async Task<RealGlance> StartAsync(string folder)
    {
        var (conf, own, port) = (Path.Combine(folder, "glance-api.conf"), Path.Combine(folder, "glance-own.conf"), FreePort());
        await File.WriteAllTextAsync(own, $"""
            [DEFAULT]
            bind_host = 127.0.0.1
            bind_port = {port}
            use_stderr = true
            workers = 1
            [database]
            connection = sqlite:///{folder}/glance.db
            [paste_deploy]
            config_file = /etc/glance/glance-api-paste.ini
            [oslo_concurrency]
            lock_path = {folder}
            [os_glance_staging_store]
            filesystem_store_datadir = {folder}/glance-staging
            [os_glance_tasks_store]
            filesystem_store_datadir = {folder}/glance-tasks
            """);
        await DebianProgram.RunAsync("/usr/bin/glance-manage", ["--config-file", conf, "--config-file", own, "db_sync"], folder);
        var glance = new RealGlance(DebianProgram.Start(Program, ["--config-file", conf, "--config-file", own], folder), folder, new Uri($"http://127.0.0.1:{port}"));
        await glance.AnswersAsync();
        return glance;
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private async Task AnswersAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (true)
        {
            Assert.IsFalse(_process.HasExited, _log.ToString());
            try
            {
                (await Client.GetAsync("/v2/images")).Is(200);
                return;
            }
            catch (HttpRequestException)
            {
                await Task.Delay(100, limit.Token);
            }
        }
    }

    /// <summary>What a program said last.</summary>
    private sealed class LastLines
    {
        private const int Most = 100;

        private readonly ConcurrentQueue<string> _lines = new();

        public void Add(string? line)
        {
            _lines.Enqueue(line ?? "");
            while (_lines.Count > Most)
            {
                _lines.TryDequeue(out _);
            }
        }

        public override string ToString() => string.Join('\n', _lines);
    }

    /// <summary>An error of Glance's own says nothing to its client: what Glance said of it goes in its place.</summary>
    private sealed class LogOnError(LastLines log) : DelegatingHandler(new SocketsHttpHandler())
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var answer = await base.SendAsync(request, cancellationToken);
            if (answer.StatusCode == HttpStatusCode.InternalServerError)
            {
                await Task.Delay(500, cancellationToken); // until it has come
                answer.Content = new StringContent(log.ToString());
            }

            return answer;
        }
    }
}
