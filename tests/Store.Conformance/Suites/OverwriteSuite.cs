namespace GlanceStore.Conformance;

/// <summary>An id is taken once; a replacement happens in one step.</summary>
/// <typeparam name="THarness">The author's harness.</typeparam>
public abstract class OverwriteSuite<THarness> : DriverSuite<THarness> where THarness : DriverHarness, new()
{
    [TestMethod]
    [DataRow(0)]
    [DataRow(1)]
    [DataRow(4)]
    public Task A_taken_id_is_AlreadyExists_and_the_old_image_stays(int chunks) => WhereItWrites(async () =>
    {
        var old = NewImage(Chunks(2, 1));
        await PutAsync(old);
        var error = await AssertFailsAsync(StoreError.AlreadyExists, () => PutAsync(NewImage(old.Id, Chunks(chunks))));
        Assert.IsFalse(error.IsTransient);
        await AssertOnlyStoredAsync(old);
    });

    [TestMethod]
    [DataRow(1, 4)]
    [DataRow(4, 1)]
    [DataRow(3, 3)]
    [DataRow(3, 0)]
    public Task A_replacement_takes_the_place_of_the_old_image(int oldChunks, int newChunks) => WhereItWrites(async () =>
    {
        var old = NewImage(Chunks(oldChunks));
        await PutAsync(old);
        var image = NewImage(old.Id, Chunks(newChunks));
        await PutAsync(image, WriteMode.Replace);
        await AssertOnlyStoredAsync(image, "Nothing of the old image may stay.");
    });

    [TestMethod]
    public Task A_replacement_of_nothing_is_a_new_image() => WhereItWrites(async () =>
    {
        var image = NewImage(Chunks(2));
        await PutAsync(image, WriteMode.Replace);
        await AssertOnlyStoredAsync(image);
    });

    [TestMethod]
    [DataRow(1)]
    [DataRow(3)]
    public Task The_old_image_is_there_until_the_replacement_commits(int chunks) => WhereItWrites(async () =>
    {
        var old = NewImage(Chunks(2));
        await PutAsync(old);
        var image = NewImage(old.Id, Chunks(chunks));
        var plan = new FaultPlan();
        plan.On(chunks == 1 ? DriverCall.WriteWhole : DriverCall.Commit).Do(() => AssertStoredAsync(old, "It was not replaced yet."));
        await using var store = await NewStoreAsync(plan);
        var options = new PutOptions { ExpectedSize = image.Length, Mode = WriteMode.Replace };
        await store.PutAsync(image.Id, image.OpenSource(), options, Cancellation);
        plan.AssertAllFired();
        await AssertOnlyStoredAsync(image);
    });

    [TestMethod]
    [DataRow(1, 8)]
    [DataRow(2, 16)]
    public Task Of_many_creators_exactly_one_wins(int chunks, int creators) => WhereItWrites(async () =>
    {
        var id = NewId();
        var images = Enumerable.Range(0, creators).Select(_ => NewImage(id, Chunks(chunks))).ToArray();
        var gate = new Gate(creators);
        var errors = await Task.WhenAll(images.Select(image => RaceAsync(image, gate)));
        Assert.HasCount(1, errors.Where(error => error is null), "Exactly one creator wins.");
        foreach (var error in errors.OfType<StoreException>())
        {
            Assert.AreEqual(StoreError.AlreadyExists, error.Error, error.Message);
        }

        await AssertOnlyStoredAsync(images[Array.IndexOf(errors, null)], "The winner's bytes are stored.");
    });

    [TestMethod]
    public Task Of_many_replacements_one_is_stored_whole() => WhereItWrites(async () =>
    {
        var id = NewId();
        var images = Enumerable.Range(0, 6).Select(_ => NewImage(id, Chunks(2, 1))).ToArray();
        await Task.WhenAll(images.Select(image => PutAsync(image, WriteMode.Replace)));
        var stored = await ReadAsync(images[0]);
        var winner = Array.Find(images, image => image.Bytes.AsSpan().SequenceEqual(stored));
        Assert.IsNotNull(winner, "What is stored is none of the images, whole.");
        await AssertOnlyStoredAsync(winner);
    });

    private async Task<StoreException?> RaceAsync(SampleImage image, Gate gate)
    {
        var plan = new FaultPlan();
        plan.On(DriverCall.WriteWhole).Do(gate.PassAsync);
        plan.On(DriverCall.Commit).Do(gate.PassAsync);
        await using var store = await NewStoreAsync(plan);
        var options = new PutOptions { ExpectedSize = image.Length };
        return await ErrorOfAsync(() => store.PutAsync(image.Id, image.OpenSource(), options, Cancellation));
    }

    // Opens when all have arrived, so that all publish at the same moment.
    private sealed class Gate(int all)
    {
        private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _arrived;

        public Task PassAsync()
        {
            if (Interlocked.Increment(ref _arrived) == all)
            {
                _open.SetResult();
            }

            return _open.Task;
        }
    }
}
