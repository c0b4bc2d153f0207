using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using GlanceStore.Conformance;

namespace GlanceStore.Drivers.Rbd;

/// <summary>OpenStack's own library beside the driver, in the pool itself: it knows no namespaces.</summary>
[TestClass]
public sealed class InteroperationTests
{
    private const string Interpreter = "/usr/bin/python3";

    [TestMethod]
    [DataRow(1)]
    [DataRow(1000)]
    [DataRow(20 << 20)]
    public async Task What_is_put_here_is_read_and_deleted_by_glance_store(int length)
    {
        await using var driver = NewDriver();
        await using var store = new ImageStore("rbd", driver);
        var (id, bytes) = (ImageId.New(), Bytes(length));
        using var source = new MemoryStream(bytes, writable: false);
        await store.PutAsync(id, source);
        var location = store.LocationOf(id);
        AssertSame(bytes, await PythonAsync("get", location.Uri));
        await PythonAsync("delete", location.Uri);
        Assert.IsNull(await store.FindAsync(location));
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(1000)]
    [DataRow(20 << 20)]
    public async Task What_glance_store_puts_is_read_and_deleted_here(int length)
    {
        await using var driver = NewDriver();
        await using var store = new ImageStore("rbd", driver);
        var (id, bytes) = (ImageId.New(), Bytes(length));
        var uri = Encoding.UTF8.GetString(await PythonAsync("put", id.Value, bytes)).Trim();
        var location = store.LocationOf(id);
        Assert.AreEqual(location.Uri, uri);
        await using (var stream = await store.OpenReadAsync(location))
        {
            using var read = new MemoryStream();
            await stream.CopyToAsync(read);
            AssertSame(bytes, read.ToArray());
        }

        Assert.IsTrue(await store.DeleteAsync(location));
        Assert.IsNull(await store.FindAsync(location));
    }

    private static RbdDriver NewDriver()
    {
        if (CephServer.SkipReason is { } reason)
        {
            SkippedServers.Skip("ceph", reason);
        }

        return new RbdDriver(CephServer.Options());
    }

    private static byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }

    private static async Task<byte[]> PythonAsync(string verb, string subject, byte[]? input = null)
    {
        var script = Path.Combine(AppContext.BaseDirectory, "interoperation.py");
        using var process = Process.Start(new ProcessStartInfo(Interpreter, ["-W", "ignore", script, CephServer.Conf, CephServer.Pool, verb, subject])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        await process.StandardInput.BaseStream.WriteAsync(input ?? []);
        process.StandardInput.Close();
        using var output = new MemoryStream();
        await process.StandardOutput.BaseStream.CopyToAsync(output);
        await process.WaitForExitAsync();
        Assert.AreEqual(0, process.ExitCode, await errors);
        return output.ToArray();
    }

    private static void AssertSame(byte[] expected, byte[] actual) =>
        Assert.AreEqual(Convert.ToHexString(SHA512.HashData(expected)), Convert.ToHexString(SHA512.HashData(actual)));
}
