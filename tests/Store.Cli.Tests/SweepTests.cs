using GlanceStore.Drivers;
using Moq;

namespace GlanceStore.Cli.Tests;

[TestClass]
public sealed class SweepTests : ToolTests
{
    [TestMethod]
    public async Task A_store_without_leftovers_has_nothing_to_sweep()
    {
        await Tool.PutAsync("image", 10);
        Assert.AreEqual("removed 0 in all", (await Tool.RunAsync("sweep")).Succeeded().Text);
        Assert.AreEqual("would remove 0 in all", (await Tool.RunAsync("sweep", "--dry-run", "--older-than", "0s")).Succeeded().Text);
        Assert.AreSequenceEqual(new[] { "image" }, Tool.Stored);
    }

    [TestMethod]
    public async Task What_a_killed_put_left_is_swept_once_it_is_old_enough_and_images_stay()
    {
        await Tool.PutAsync("image", 10);
        using (var process = Tool.Start("put", "-", "--id", "killed"))
        {
            await process.StandardInput.BaseStream.WriteAsync(new byte[20_000_000]);
            process.Kill();
            await process.WaitForExitAsync();
        }

        // Where the file system takes unnamed files, a killed put leaves nothing even before the sweep.
        Assert.DoesNotContain("killed", Tool.Stored);
        var left = Tool.Stored.Length - 1;
        Assert.AreEqual("removed 0 in all", (await Tool.RunAsync("sweep", "--older-than", "1h")).Succeeded().Text);
        Assert.EndsWith($"would remove {left} in all", (await Tool.RunAsync("sweep", "--older-than", "0s", "--dry-run")).Succeeded().Text);
        Assert.HasCount(left + 1, Tool.Stored);
        Assert.EndsWith($"removed {left} in all", (await Tool.RunAsync("sweep", "--older-than", "0s")).Succeeded().Text);
        Assert.AreSequenceEqual(new[] { "image" }, Tool.Stored);
    }

    [TestMethod]
    public async Task A_store_that_fails_does_not_keep_the_others_from_being_swept_and_every_failure_is_told()
    {
        using var output = new StringWriter();
        var stores = new[]
        {
            Store("one", new Sweeper(["a"], new StoreException(StoreError.AccessDenied, "It may not be listed."))),
            Store("two", new Sweeper(["b", "c"])),
            Store("three", new Sweeper([], new StoreException(StoreError.NotFound, "It is gone."))),
            Store("four", null),
        };
        var sweep = new Sweep(DateTimeOffset.UnixEpoch, SweepMode.Remove, output);

        // No error of a store's own: that would end the process with the exit code of something not found.
        var failure = await Assert.ThrowsExactlyAsync<IOException>(() => sweep.RunAsync(stores, CancellationToken.None));
        Assert.AreEqual(
            "The store 'one' was not swept to the end: It may not be listed. The store 'three' was not swept to the end: It is gone.",
            failure.Message);
        Assert.Contains("removed c of the store 'two'", output.ToString());
        Assert.EndsWith($"removed 3 in all{Environment.NewLine}", output.ToString());
    }

    private static IImageStore Store(string id, ISweeper? sweeper)
    {
        var mock = new Mock<IImageStore>();
        mock.SetupGet(store => store.Id).Returns(id);
        mock.Setup(store => store.GetFeature<ISweeper>()).Returns(sweeper);
        return mock.Object;
    }

    private sealed class Sweeper(string[] leftovers, StoreException? failure = null) : ISweeper
    {
        public IAsyncEnumerable<Leftover> SweepAsync(DateTimeOffset before, SweepMode mode, CancellationToken cancellationToken) =>
            Sweep(before).ToAsyncEnumerable();

        private IEnumerable<Leftover> Sweep(DateTimeOffset before)
        {
            foreach (var name in leftovers)
            {
                yield return new Leftover(name, 1, before);
            }

            if (failure is not null)
            {
                throw failure;
            }
        }
    }
}
