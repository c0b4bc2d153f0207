using System.Diagnostics;

namespace GlanceStore.Cli.Tests;

/// <summary>What a killed conversion leaves in its target: no image, or the whole one, and after a sweep nothing else.</summary>
/// <remarks>Each kill is at a step that the test sees from outside, so that it waits for nothing and every step is hit.</remarks>
[TestClass]
public sealed class KilledConvertTests : ToolTests
{
    private const int Megabytes = 20;

    // Of what is read of the image.
    private static readonly double[] Parts = [0.02, 0.3, 0.6, 0.99];

    [TestMethod]
    public async Task A_conversion_into_files_that_is_killed_while_it_reads_or_publishes_leaves_no_image_or_all_of_it_and_after_a_sweep_nothing()
    {
        await using var place = await ImagePlace.OpenAsync(Tool, "http");
        var disk = await DiskImages.MakeAsync(Tool, "disk.qcow2", Megabytes, "-c", "-O", "qcow2");
        var location = await place.PublishAsync("disk.qcow2");
        string[] Convert(string id) => ["convert", location, "--to", "local", "--id", id, .. place.Config];
        place.Server!.TakeCount();
        (await Tool.RunAsync(Convert("whole"))).Succeeded();
        var all = place.Server.TakeCount().Bytes;
        await KillAsync(Convert("killed-at-begin"), kill => place.Server.OnRequest = _ => kill());
        place.Server.OnRequest = null;
        foreach (var part in Parts)
        {
            place.Server.TakeCount();
            await KillAsync(Convert($"killed-at-{part}"), kill => place.Server.OnAnswer = (_, bytes) => bytes >= part * all ? kill() : Task.CompletedTask);
        }

        place.Server.OnAnswer = null;
        await KillOncePublishedAsync("killed-at-end", Convert("killed-at-end"));
        (await Tool.RunAsync(["sweep", "--older-than", "0s", .. place.Config])).Succeeded();
        foreach (var name in Tool.Stored)
        {
            Assert.IsTrue((await File.ReadAllBytesAsync(Path.Combine(Tool.StoreDirectory, name))).AsSpan().SequenceEqual(disk), $"{name}: half an image, or litter");
        }

        CollectionAssert.IsSubsetOf(new[] { "killed-at-end", "whole" }, Tool.Stored);
        Assert.DoesNotContain("killed-at-begin", Tool.Stored);
    }

    [TestMethod]
    public async Task A_conversion_into_S3_that_is_killed_at_any_request_leaves_no_image_or_all_of_it_and_after_a_sweep_nothing()
    {
        await using var place = await ImagePlace.OpenAsync(Tool, "s3", "glancestore-cli-killed");
        var disk = await DiskImages.MakeAsync(Tool, "disk.qcow2", Megabytes, "-c", "-O", "qcow2");
        var prefix = $"killed-{Guid.NewGuid():N}";
        var (steps, requests) = (0, (string[])["", "?uploads", "partNumber=1&", "partNumber=2&", "?uploadId="]);
        foreach (var request in requests)
        {
            // Before the store has it, and once the store has answered: then nobody is told.
            string[] Convert() => ["convert", Tool.At("disk.qcow2"), "--to", "place", "--id", $"{prefix}-{steps++}", .. place.Config];
            await KillAsync(Convert(), kill => place.Server!.OnRequest = line => Is(line, request) ? kill() : Task.CompletedTask);
            place.Server!.OnRequest = null;
            await KillAsync(Convert(), kill => place.Server.OnAnswer = (line, _) => Is(line, request) ? kill() : Task.CompletedTask);
            place.Server.OnAnswer = null;
        }

        (await Tool.RunAsync(["sweep", "--older-than", "0s", .. place.Config])).Succeeded();
        var left = (await Tool.RunAsync(["list", "--store", "place", "--prefix", prefix, "--json", .. place.Config])).Succeeded().Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        foreach (var uri in left.Select(line => ValueOf(line, "location")))
        {
            Assert.EndsWith($"{prefix}-{steps - 1}", uri, "only the last was told to publish");
            Assert.IsTrue((await Tool.RunAsync(["get", uri, "-o", "-", .. place.Config])).Succeeded().Bytes.AsSpan().SequenceEqual(disk), "half an image");
            (await Tool.RunAsync(["delete", uri, .. place.Config])).Succeeded();
        }

        Assert.HasCount(1, left, "the answer to its last request was lost, and the store had it");
        var usage = (await Tool.RunAsync(["usage", "--store", "place", "--json", .. place.Config])).Succeeded().Text;
        Assert.AreEqual("0", ValueOf(usage.Trim('[', ']', '\n', ' '), "unfinished"));
    }

    [TestMethod]
    public async Task A_conversion_that_is_killed_while_qemu_img_runs_leaves_nothing_in_the_staging_directory()
    {
        await DiskImages.MakeAsync(Tool, "disk.qcow2", 4, "-c", "-O", "qcow2");
        var (programs, staging) = (Directory.CreateDirectory(Tool.At("programs")).FullName, Directory.CreateDirectory(Tool.At("staging")).FullName);
        var begun = await Tool.MakePipeAsync("begun");

        // It tells that it runs, and then waits until whoever started it is gone.
        await File.WriteAllTextAsync(Path.Combine(programs, "qemu-img"), $"#!/bin/sh\necho begun > '{begun}'\nexec cat > /dev/null\n");
        using (var chmod = Tool.StartProgram("chmod", "500", Path.Combine(programs, "qemu-img")))
        {
            Assert.AreEqual(0, (await Tool.EndOfAsync(chmod)).ExitCode);
        }

        using var process = Tool.StartProgram("/usr/bin/env", $"PATH={programs}:/usr/bin:/bin", Tool.BuiltTool,
            "convert", Tool.At("disk.qcow2"), "--to", "local", "--format", "vmdk", "--engine", "qemu-img", "--staging", staging);
        var (telling, ending) = (File.ReadAllTextAsync(begun), process.WaitForExitAsync());
        Assert.AreEqual(telling, await Task.WhenAny(telling, ending), "it ended before it ran qemu-img");
        process.Kill();
        await ending;
        Assert.IsEmpty(Directory.EnumerateFileSystemEntries(staging));
        Assert.IsEmpty(Tool.Stored);
    }

    private static bool Is(string line, string request) =>
        line.Contains(request, StringComparison.Ordinal) && (request != "?uploadId=" || line.StartsWith("POST", StringComparison.Ordinal));

    // By the time it is seen there, it may be at its end.
    private async Task KillOncePublishedAsync(string id, string[] arguments)
    {
        using var watcher = new FileSystemWatcher(Tool.StoreDirectory, id);
        var published = new TaskCompletionSource();
        watcher.Created += (_, _) => published.TrySetResult();
        watcher.Renamed += (_, _) => published.TrySetResult();
        watcher.EnableRaisingEvents = true;
        using var process = Tool.Start(arguments);
        var ending = process.WaitForExitAsync();
        await Task.WhenAny(published.Task, ending);
        process.Kill();
        await ending;
    }

    // A kill that comes after the end has tested nothing.
    private async Task KillAsync(string[] arguments, Action<Func<Task>> at)
    {
        var (started, killed) = (new TaskCompletionSource<Process>(), false);
        at(async () =>
        {
            var victim = await started.Task;
            killed |= !victim.HasExited;
            victim.Kill();
            throw new IOException("What a killed process sent or was sent goes no further.");
        });
        using var process = Tool.Start(arguments);
        started.SetResult(process);
        await process.WaitForExitAsync();
        Assert.IsTrue(killed, $"{string.Join(' ', arguments)} came to its end before the moment to kill it");
    }
}
