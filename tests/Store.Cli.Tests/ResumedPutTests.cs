namespace GlanceStore.Cli.Tests;

/// <summary>Puts with a session, killed and gone on with.</summary>
[TestClass]
public sealed class ResumedPutTests : ToolTests
{
    private const int Length = 40_000_000;

    [TestMethod]
    public async Task A_put_killed_at_any_moment_is_gone_on_with_and_the_image_is_right()
    {
        var image = Tool.MakeFile("disk", Length);
        for (var kill = 0; kill < 6; kill++)
        {
            var (id, session) = ($"image-{kill}", Tool.At($"{kill}.session"));
            await KillAsync(image, id, session, Length * (kill + 1) / 7);
            var receipt = Tool.At($"{id}.json");
            (await Tool.RunAsync("put", Tool.At("disk"), "--resume", session, "--receipt", receipt)).Succeeded();
            Same(image, await File.ReadAllBytesAsync(Path.Combine(Tool.StoreDirectory, id)));
            (await Tool.RunAsync("verify", receipt)).Succeeded();
            Assert.IsFalse(File.Exists(session));
        }

        Assert.IsTrue(Tool.Stored.All(name => name.StartsWith("image-", StringComparison.Ordinal)), string.Join(", ", Tool.Stored));
    }

    [TestMethod]
    public async Task A_put_that_is_cancelled_says_how_to_go_on_and_what_it_wrote_stays_until_a_sweep()
    {
        var image = Tool.MakeFile("disk", Length);
        var session = Tool.At("session");
        using var process = Tool.Start("put", "-", "--id", "image", "--session", session);
        await process.StandardInput.BaseStream.WriteAsync(image.AsMemory(0, Length / 2));
        await UntilWrittenAsync(session);
        await Tool.SignalAsync(process, "TERM");
        (await Tool.EndOfAsync(process)).FailedWith(1, $"put --resume {session} goes on with it");
        Assert.HasCount(1, Tool.Stored);
        (await Tool.RunAsync("sweep", "--older-than", "0s")).Succeeded();
        Assert.IsEmpty(Tool.Stored);
        (await Tool.RunAsync("put", Tool.At("disk"), "--resume", session)).FailedWith(2, "no longer there");
    }

    [TestMethod]
    [DataRow("--json")]
    [DataRow("--replace")]
    public async Task A_put_killed_after_its_image_was_stored_gives_the_receipt_when_it_is_gone_on_with(string option)
    {
        var image = Tool.MakeFile("disk", Length);
        var (session, receipt) = (Tool.At("session"), Tool.At("receipt.json"));
        await KillAsync(image, "image", session, Length / 2);
        File.Copy(session, Tool.At("kept"));
        (await Tool.RunAsync("put", Tool.At("disk"), "--resume", session)).Succeeded();
        File.Move(Tool.At("kept"), session);
        (await Tool.RunAsync("put", Tool.At("disk"), "--resume", session, "--receipt", receipt, option)).Succeeded();
        (await Tool.RunAsync("verify", receipt)).Succeeded();
        Assert.IsFalse(File.Exists(session));
        CollectionAssert.AreEqual(new[] { "image" }, Tool.Stored.ToArray());
    }

    [TestMethod]
    public async Task Another_source_another_id_and_another_store_are_refused_and_the_right_ones_go_on()
    {
        var image = Tool.MakeFile("disk", Length);
        var session = Tool.At("session");
        await KillAsync(image, "image", session, Length / 2);
        var before = await File.ReadAllTextAsync(session);
        var other = image.ToArray();
        other[1] ^= 1;
        await File.WriteAllBytesAsync(Tool.At("other"), other);
        (await Tool.RunAsync("put", Tool.At("other"), "--resume", session)).FailedWith(4, "not the one that the session is of");
        (await Tool.RunAsync("put", Tool.At("disk"), "--resume", session, "--id", "another")).FailedWith(2, "The session is of the image");
        Assert.AreEqual(before, await File.ReadAllTextAsync(session));
        (await Tool.RunAsync("put", Tool.At("disk"), "--resume", session)).Succeeded();
        Same(image, await File.ReadAllBytesAsync(Path.Combine(Tool.StoreDirectory, "image")));
    }

    [TestMethod]
    public async Task A_session_that_is_there_or_is_none_is_refused()
    {
        Tool.MakeFile("disk", 100);
        (await Tool.RunAsync("put", Tool.At("disk"), "--session", Tool.At("disk"))).FailedWith(2, "the source itself");
        (await Tool.RunAsync("put", Tool.At("disk"), "--resume", Tool.At("nowhere"))).FailedWith(2, "no session");
        (await Tool.RunAsync("put", Tool.At("disk"), "--session", Tool.At("a"), "--resume", Tool.At("b"))).FailedWith(2, "do not go together");
        await File.WriteAllTextAsync(Tool.At("taken"), "{}");
        (await Tool.RunAsync("put", Tool.At("disk"), "--session", Tool.At("taken"))).FailedWith(2, "is there already");
        (await Tool.RunAsync("put", Tool.At("disk"), "--resume", Tool.At("taken"))).FailedWith(2, "no session");
        Assert.IsEmpty(Tool.Stored);
    }

    [TestMethod]
    public async Task A_put_killed_before_anything_was_sent_leaves_a_session_that_says_what_to_do()
    {
        Tool.MakeFile("disk", 100);
        var session = Tool.At("session");
        using (var process = Tool.Start("put", "-", "--session", session))
        {
            for (var turns = 0; !File.Exists(session); turns++)
            {
                Assert.IsLessThan(20_000_000, turns, "No session was begun.");
                await Task.Yield();
            }

            process.Kill();
            await process.WaitForExitAsync();
        }

        (await Tool.RunAsync("put", Tool.At("disk"), "--resume", session)).FailedWith(2, "remove it and put the image anew");
        (await Tool.RunAsync("put", Tool.At("disk"), "--session", session)).FailedWith(2, "remove the file");
    }

    private async Task KillAsync(byte[] image, string id, string session, int given)
    {
        using var process = Tool.Start("put", "-", "--id", id, "--session", session, "--size", $"{image.Length}");
        await process.StandardInput.BaseStream.WriteAsync(image.AsMemory(0, given));
        await UntilWrittenAsync(session);
        process.Kill();
        await process.WaitForExitAsync();
    }

    // The put stands still when it has read what it was given, so this ends as soon as a chunk is in the session.
    private static async Task UntilWrittenAsync(string session)
    {
        for (var turns = 0; !File.Exists(session) || !(await File.ReadAllTextAsync(session)).Contains("checksum", StringComparison.Ordinal); turns++)
        {
            Assert.IsLessThan(1_000_000, turns, "No chunk came into the session.");
            await Task.Yield();
        }
    }
}
