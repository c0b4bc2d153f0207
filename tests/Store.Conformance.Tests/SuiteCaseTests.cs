using GlanceStore.Drivers;
using GlanceStore.Drivers.Memory;

namespace GlanceStore.Conformance;

/// <summary>Cases that a program runs, without MSTest's runner.</summary>
[TestClass]
public sealed class SuiteCaseTests
{
    [TestMethod]
    public void Every_row_of_a_cases_data_is_a_case()
    {
        var names = CasesOf<Memory>().Select(found => found.Name).ToArray();
        Assert.Contains("A_put_image_comes_back_byte_for_byte", names);
        Assert.Contains("Nothing_is_visible_before_the_commit(1)", names);
        Assert.Contains("Nothing_is_visible_before_the_commit(3)", names);
        Assert.IsTrue(CasesOf<Memory>().All(found => found.Suite == "PutSuite"));
    }

    [TestMethod]
    public async Task What_the_driver_declares_holds() =>
        Assert.IsTrue((await RunAsync<Memory>()).All(result => result is { Outcome: CaseOutcome.Holds, Reason: null }));

    [TestMethod]
    public async Task What_the_driver_does_not_declare_is_not_offered() =>
        Assert.IsTrue((await RunAsync<ReadOnly>()).All(result => result is { Outcome: CaseOutcome.NotOffered, Reason: "storing images" }));

    [TestMethod]
    public async Task What_the_harness_cannot_do_is_not_checked() =>
        Assert.IsTrue((await RunAsync<Unlisted>()).Any(result => result is { Outcome: CaseOutcome.NotChecked } && result.Reason!.Contains("not listed")));

    [TestMethod]
    public async Task A_case_that_fails_says_why_and_the_harness_is_disposed()
    {
        Broken.Disposed = 0;
        var results = await RunAsync<Broken>();
        Assert.IsTrue(results.All(result => result is { Outcome: CaseOutcome.Fails } && result.Reason == "StoreException: There is no driver."));
        Assert.AreEqual(results.Count, Broken.Disposed);
    }

    [TestMethod]
    public async Task A_cancelled_case_is_cancelled_and_has_no_result() => await Assert.ThrowsExactlyAsync<OperationCanceledException>(
        () => CasesOf<Memory>()[0].RunAsync(new CancellationToken(canceled: true)));

    private static IReadOnlyList<SuiteCase> CasesOf<THarness>() where THarness : DriverHarness, new() => SuiteCase.Of<Puts<THarness>, THarness>();

    private static async Task<List<CaseResult>> RunAsync<THarness>() where THarness : DriverHarness, new()
    {
        var results = new List<CaseResult>();
        foreach (var suiteCase in CasesOf<THarness>())
        {
            results.Add(await suiteCase.RunAsync(CancellationToken.None));
        }

        Assert.IsNotEmpty(results);
        return results;
    }

    private sealed class Puts<THarness> : PutSuite<THarness> where THarness : DriverHarness, new();

    private class Memory : DriverHarness
    {
        protected MemoryStorage Storage { get; } = new();

        public override string Name => "memory";

        public override IReadOnlyList<string> ForeignLocations => ["memory://elsewhere/a"];

        public override ValueTask<StoreDriver> CreateDriverAsync() => new(new MemoryDriver(new MemoryDriverOptions { Storage = Storage }));

        public override ValueTask<IReadOnlyCollection<string>> ListEverythingAsync() => new(Storage.Names);
    }

    private sealed class ReadOnly : Memory
    {
        public override ValueTask<StoreDriver> CreateDriverAsync() => new(new MemoryDriver(new MemoryDriverOptions
        {
            Storage = Storage,
            Capabilities = new DriverCapabilities { CanWrite = false, CanDelete = false },
        }));
    }

    private sealed class Unlisted : Memory
    {
        public override ValueTask<IReadOnlyCollection<string>> ListEverythingAsync() => throw new AssertInconclusiveException("It is not listed: not listed.");
    }

    private sealed class Broken : Memory
    {
        public static int Disposed { get; set; }

        public override ValueTask<StoreDriver> CreateDriverAsync() => throw new StoreException(StoreError.Unavailable, "There is no driver.");

        public override ValueTask DisposeAsync()
        {
            Disposed++;
            return base.DisposeAsync();
        }
    }
}
