using System.Text.RegularExpressions;
using GlanceStore.Drivers.Testing;

namespace GlanceStore.ImageService.Tests.Tempest;

/// <summary>OpenStack's own tests of the image API, Debian's package <c>tempest</c>, with accounts of a real Keystone.</summary>
/// <remarks><c>passes.txt</c> is the list of those that pass; <c>skips.txt</c> says of each that is not run why.</remarks>
[TestClass]
public sealed class TempestTests
{
    private const string ImageTests = @"tempest\.api\.image\.v2\.";
    private const string ManyStores = "MultiStoresImportImagesTest|test_image_copy_image_import";

    [TestMethod]
    public async Task Tempests_image_tests_pass_as_they_did()
    {
        DebianProgram.Require("tempest", TempestRun.Program);
        await RealKeystone.RequireAsync();
        using var web = new LoopbackHttp(async context =>
        {
            context.Response.ContentLength64 = 1 << 20;
            await context.Response.OutputStream.WriteAsync(context.Request.HttpMethod == "HEAD" ? Array.Empty<byte>() : SomeBytes.Of(1 << 20));
            context.Response.Close();
        });

        // Tempest waits for an import that names no store until all stores that can be written have the image, so there is one. Its tests of
        // several stores are run by themselves.
        // Behind its name stands the id of a test, in brackets.
        var skipped = string.Join('|', ListOf("skips.txt").Select(name => name.EndsWith('*') ? Regex.Escape(name[..^1]) : Regex.Escape(name) + @"(\[|$)"));
        var outcomes = await RunAsync(web, ImageTests, $"{skipped}|{ManyStores}", "GlanceStore:DefaultStore=cold", "GlanceStore:Stores:fast:ReadOnly=true");
        outcomes.AddRange(await RunAsync(web, ManyStores, skipped));
        Check(outcomes);
    }

    private static async Task<List<TempestOutcome>> RunAsync(LoopbackHttp web, string included, string excluded, params string[] settings)
    {
        string[] all =
        [
            .. RealKeystone.SettingsFor(RealKeystone.Url), "ImageService:ShowMultipleLocations=true", "ImageService:ShowImageDirectUrl=true",
            .. Imports.FromLoopback, "GlanceStore:Stores:web:Type=http", "GlanceStore:Stores:web:AllowedNetworks=127.0.0.0/8", .. settings,
        ];
        await using var service = await RunningService.StartAsync(all);
        await using var other = await service.StartAnotherAsync();
        await using var tempest = await TempestRun.BeginAsync(service.At("tempest"), service.Address, other.Address, $"{web.Url}/disk");
        return [.. await tempest.RunAsync(included, excluded)];
    }

    private static void Check(IReadOnlyList<TempestOutcome> outcomes)
    {
        string[] passed = [.. outcomes.Where(outcome => outcome.Outcome == "ok").Select(outcome => outcome.Test).Order(StringComparer.Ordinal)];
        string[] wrong =
        [
            .. outcomes.Where(outcome => outcome.Outcome == "FAILED").Select(outcome => outcome.Text),
            .. ListOf("passes.txt").Except(passed).Select(test => $"{test} passed before and did not now."),
            .. passed.Except(ListOf("passes.txt")).Select(test => $"{test} passes and is not in passes.txt."),
            .. outcomes.Where(outcome => outcome.Outcome == "SKIPPED").Select(outcome => $"skips.txt does not say why: {outcome.Text}"),
        ];
        Assert.IsEmpty(wrong, string.Join("\n\n", wrong));
    }

    // A name a line; behind # stands what there is to say.
    private static string[] ListOf(string file) =>
        [.. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Tempest", file)).Where(line => line.Length > 0 && line[0] != '#')];
}
