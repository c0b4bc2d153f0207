using System.Net;
using System.Net.Sockets;
using GlanceStore.Applications;

namespace GlanceStore.ImageService.Tests;

/// <summary>What keeps the service from starting, as who starts it sees it.</summary>
[TestClass]
public sealed class StartTests
{
    [TestMethod]
    public async Task A_word_that_is_no_setting_does_not_start_a_service()
    {
        var (code, said) = await RunAsync("--urls", "http://127.0.0.1:0", "db-check");
        Assert.AreEqual(2, code);
        Assert.Contains("'db-check' is no setting", said);
    }

    [TestMethod]
    [DataRow("oracle:x")]
    [DataRow("sqlite:")]
    [DataRow("postgresql://glance:secret-word@db/images")]
    [DataRow("Host=db;Port=none;Password=secret-word")]
    [DataRow("Password=secret-word")]
    public async Task A_database_that_is_none_is_told_without_a_stack_trace_or_its_password(string database)
    {
        var (code, said) = await RunAsync($"--ImageService:Database={database}");
        Assert.AreEqual(2, code);
        Assert.Contains("sqlite:PATH", said);
        Assert.DoesNotContain("secret-word", said);
        Assert.DoesNotContain("   at ", said);
    }

    [TestMethod]
    public async Task A_file_of_settings_that_is_no_json_is_one_sentence()
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "{ \"GlanceStore\": ");
        var (code, said) = await RunAsync("--config", file);
        File.Delete(file);
        Assert.AreEqual(2, code);
        Assert.Contains(file, said);
        Assert.Contains("LineNumber", said);
        Assert.DoesNotContain("   at ", said);
    }

    [TestMethod]
    public async Task A_port_that_is_taken_is_one_sentence()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            var (code, said) = await RunAsync(
                $"--urls=http://{taken.LocalEndpoint}", $"--ImageService:Database=sqlite:{folder.FullName}/images.db",
                "--GlanceStore:Stores:fast:Type=file", $"--GlanceStore:Stores:fast:Directory={folder.FullName}/fast");
            Assert.AreEqual(1, code);
            Assert.Contains("already in use", said);
            Assert.DoesNotContain("   at ", said);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<(int Code, string Said)> RunAsync(params string[] arguments)
    {
        using var errors = new StringWriter();
        var code = await Application.RunAsync(
            "image-service", ServiceHost.Usage, arguments, TextWriter.Null, errors, () => Task.FromResult(ServiceHost.Prepare(arguments)), service => service.RunAsync());
        return (code, errors.ToString());
    }
}
