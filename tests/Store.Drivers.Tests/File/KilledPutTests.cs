using System.Diagnostics;

namespace GlanceStore.Drivers.File.Tests;

/// <summary>What a put leaves that is killed on a file system without unnamed files, and what a sweep makes of it.</summary>
[TestClass]
public sealed class KilledPutTests
{
    private static readonly byte[] Old = [1, 2, 3];

    [TestMethod]
    [DataRow(WriteMode.CreateNew, "writing", 1, false)]
    [DataRow(WriteMode.CreateNew, "flushing", 1, false)]
    [DataRow(WriteMode.CreateNew, "naming", 1, false)]
    [DataRow(WriteMode.CreateNew, "named", 1, true)]
    [DataRow(WriteMode.CreateNew, "settling", 0, true)]
    [DataRow(WriteMode.Replace, "writing", 1, false)]
    [DataRow(WriteMode.Replace, "flushing", 1, false)]
    [DataRow(WriteMode.Replace, "settling", 0, true)]
    public async Task Put_killed_at_a_step_leaves_the_old_or_the_new_image_and_after_a_sweep_nothing_else(
        WriteMode mode, string step, int parts, bool isThere)
    {
        using var store = new TestStore(StalledPut.Options);
        var old = mode == WriteMode.Replace ? Old : null;
        if (old is not null)
        {
            await store.Put("x", old);
        }

        await KillAsync(StalledPut.Arguments(store.Root, mode, step));

        Assert.AreEqual(parts, store.Parts.Count());
        await foreach (var leftover in store.Driver.SweepAsync(DateTimeOffset.UtcNow.AddDays(1), SweepMode.Remove, default))
        {
            parts--;
        }

        Assert.AreEqual(0, parts);
        var expected = isThere ? StalledPut.Image : old;
        Assert.AreEqual(expected is null ? 0 : 1, store.Entries.Count());
        Assert.IsTrue(expected is null || (await store.Read(store.At("x"))).AsSpan().SequenceEqual(expected));
    }

    private static async Task KillAsync(string[] arguments)
    {
        var program = Path.ChangeExtension(typeof(StalledPut).Assembly.Location, OperatingSystem.IsWindows() ? "exe" : null);
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        Assert.AreEqual(StalledPut.Here, await process.StandardOutput.ReadLineAsync());
        process.Kill();
        await process.WaitForExitAsync();
    }
}
