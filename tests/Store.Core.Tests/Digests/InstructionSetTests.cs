using System.Diagnostics;
using System.Runtime.Intrinsics.X86;

namespace GlanceStore.Core.Tests.Digests;

/// <summary>The digests on processors that have less than this one: the same tests in a process that is told to do without.</summary>
[TestClass]
public sealed class InstructionSetTests
{
    // .NET 10 calls all of AVX-512 by this name; DOTNET_EnableAVX512F is of the versions before, and means nothing any more.
    private const string NoAvx512 = "DOTNET_EnableAVX512=0";
    private const string NoAvx2 = "DOTNET_EnableAVX2=0";

    [TestMethod]
    public Task Without_AVX_512_digests_are_right() => PassAsync(Avx2.IsSupported, 16, NoAvx512);

    [TestMethod]
    public Task Without_AVX2_digests_are_right() => PassAsync(Sse2.IsSupported, 8, NoAvx2);

    [TestMethod]
    public Task Compiled_at_once_and_for_good_digests_are_right() => PassAsync(Avx2.IsSupported, 16, "DOTNET_TieredCompilation=0");

    private static async Task PassAsync(bool isSupported, int lanes, string setting)
    {
        if (!isSupported)
        {
            Assert.Inconclusive($"This processor is none from which {setting} takes anything.");
        }

        var parts = setting.Split('=');
        var start = new ProcessStartInfo(Environment.ProcessPath!)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { [parts[0]] = parts[1], [LaneTests.ExpectedLanes] = $"{lanes}" },
        };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
        {
            start.ArgumentList.Add(typeof(LaneTests).Assembly.Location);
        }

        foreach (var argument in new[] { "--filter", $"FullyQualifiedName~.{nameof(LaneTests)}.", "--results-directory", Path.GetTempPath() })
        {
            start.ArgumentList.Add(argument);
        }

        using var child = Process.Start(start)!;
        var error = child.StandardError.ReadToEndAsync();
        var output = await child.StandardOutput.ReadToEndAsync();
        await child.WaitForExitAsync();
        Assert.AreEqual(0, child.ExitCode, $"{setting}:\n{output}\n{await error}");
    }
}
