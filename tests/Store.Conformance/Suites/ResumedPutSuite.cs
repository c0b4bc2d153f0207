namespace GlanceStore.Conformance;

/// <summary>A put with a session goes on after a failure, in another process too, from what the backend holds.</summary>
/// <typeparam name="THarness">The author's harness.</typeparam>
public abstract class ResumedPutSuite<THarness> : DriverSuite<THarness> where THarness : DriverHarness, new()
{
    private const int Written = 3;

    private string SessionFile => Path.Combine(Scratch.FullName, "put.session");

    // One chunk after the other, so that a test knows which of them were written.
    private ImageStoreOptions OneByOne => Options with { Parallelism = 1 };

    [TestMethod]
    public Task A_put_that_broke_off_goes_on_and_writes_only_what_is_missing() => WhereItResumes(async () =>
    {
        var image = NewImage(Chunks(5, 1));
        var session = await BreakOffAsync(image);
        Assert.HasCount(Written, session.Written);
        var plan = new FaultPlan();
        await using var store = await NewStoreAsync(plan, OneByOne);
        var receipt = await ResumeAsync(store, image, session);
        Assert.AreEqual(image.DigestOf("sha512"), receipt.MultiHash);
        Assert.AreEqual(6 - Written, plan.Calls.Count(call => call == DriverCall.WriteChunk));
        Assert.IsFalse(File.Exists(SessionFile), "The session is over.");
        AssertSame(image.Bytes, await ReadAsync(image, ReadOptions.Verify(receipt)));
        await AssertOnlyStoredAsync(image);
    });

    [TestMethod]
    public Task A_put_that_fails_for_good_at_any_step_can_be_gone_on_with() => WhereItResumes(() =>
        AtEachStepAsync(spot => spot.Fail(StoreError.OutOfSpace), async (plan, spot, when) =>
        {
            var image = NewImage(Chunks(3, 1));
            await using var store = await NewStoreAsync(plan);
            var error = await ErrorOfAsync(() => PutAsync(store, image));
            Assert.AreEqual(spot.HasFired ? StoreError.OutOfSpace : null, error?.Error, $"{error?.Message} {when}");
            await EndAsync(image, error is null);
            await AssertOnlyStoredAsync(image, when);
        }));

    [TestMethod]
    public Task A_resumed_put_survives_a_passing_failure_at_every_step() => WhereItResumes(() =>
        AtEachStepAsync(spot => spot.FailTransiently(), async (plan, spot, when) =>
        {
            var image = NewImage(Chunks(4, 1));
            var session = await BreakOffAsync(image);
            await using var store = await NewStoreAsync(plan);
            await ResumeAsync(store, image, session);
            await AssertOnlyStoredAsync(image, when);
        }));

    [TestMethod]
    public Task A_resumed_put_that_fails_for_good_can_be_gone_on_with_again() => WhereItResumes(async () =>
    {
        var image = NewImage(Chunks(5, 1));
        var session = await BreakOffAsync(image);
        var plan = new FaultPlan();
        plan.On(DriverCall.WriteChunk, nth: 2).Fail(StoreError.OutOfSpace);
        await using (var store = await NewStoreAsync(plan, OneByOne))
        {
            await AssertFailsAsync(StoreError.OutOfSpace, () => ResumeAsync(store, image, session));
        }

        Assert.HasCount(Written + 1, ReadSession().Written);
        await ResumeAsync(Store, image, ReadSession());
        await AssertOnlyStoredAsync(image);
    });

    [TestMethod]
    [DataRow(0)]
    [DataRow(2)]
    public Task Another_source_is_found_out_and_the_session_stays_as_it_was(int differing) => WhereItResumes(async () =>
    {
        var image = NewImage(Chunks(5, 1));
        var session = await BreakOffAsync(image);
        var json = await File.ReadAllTextAsync(SessionFile, Cancellation);
        var other = image.Bytes.ToArray();
        other[Chunks(differing, 1)] ^= 1;
        var plan = new FaultPlan();
        await using (var store = await NewStoreAsync(plan))
        {
            var options = Session(image) with { Resume = session };
            await AssertFailsAsync(StoreError.Corrupted, () => store.PutAsync(image.Id, new MemoryStream(other), options, Cancellation));
        }

        Assert.AreEqual(0, plan.Calls.Count(call => call is DriverCall.WriteChunk or DriverCall.Commit), "Nothing was changed.");
        Assert.AreEqual(json, await File.ReadAllTextAsync(SessionFile, Cancellation));
        await ResumeAsync(Store, image, session);
        await AssertOnlyStoredAsync(image);
    });

    [TestMethod]
    public Task A_source_of_another_length_is_found_out() => WhereItResumes(async () =>
    {
        var image = NewImage(Chunks(5, 1));
        var session = await BreakOffAsync(image);
        foreach (var length in new[] { Chunks(1), Chunks(5), Chunks(6) })
        {
            var other = new SyntheticStream(image.Content, length);
            var options = new PutOptions { SessionFile = SessionFile, Resume = session, ExpectedSize = Capabilities.NeedsSize ? length : null };
            await AssertFailsAsync(StoreError.SizeMismatch, () => Store.PutAsync(image.Id, other, options, Cancellation));
        }

        await ResumeAsync(Store, image, session);
        await AssertOnlyStoredAsync(image);
    });

    [TestMethod]
    public Task A_chunk_that_the_session_lacks_or_the_backend_has_not_is_written() => WhereItResumes(async () =>
    {
        var image = NewImage(Chunks(5, 1));
        var session = await BreakOffAsync(image);
        var manifest = image.ManifestOf(ChunkBytes);
        var written = session.Written.Where(chunk => chunk.Key != 1).ToDictionary();
        written[4] = manifest[4];
        await ResumeAsync(Store, image, session with { Written = written });
        await AssertOnlyStoredAsync(image);
    });

    [TestMethod]
    public Task A_session_of_another_image_or_store_is_refused() => WhereItResumes(async () =>
    {
        var image = NewImage(Chunks(5, 1));
        var session = await BreakOffAsync(image);
        var plan = new FaultPlan();
        await using var store = await NewStoreAsync(plan);
        await using var elsewhere = new ImageStore("elsewhere", new FaultyDriver(await Harness.CreateDriverAsync(), plan), Options, Budget);
        await AssertFailsAsync(StoreError.InvalidSession, () => ResumeAsync(store, NewImage(image.Length), session));
        await AssertFailsAsync(StoreError.InvalidSession, () => ResumeAsync(elsewhere, image, session));
        Assert.IsEmpty(plan.Calls);
        await ResumeAsync(Store, image, session);
        await AssertOnlyStoredAsync(image);
    });

    [TestMethod]
    [DataRow(WriteMode.CreateNew)]
    [DataRow(WriteMode.Replace)]
    public Task A_put_that_was_killed_between_its_commit_and_the_end_of_its_session_has_succeeded(WriteMode mode) => WhereItResumes(async () =>
    {
        var image = NewImage(Chunks(5, 1));
        var session = await BreakOffAsync(image);
        var receipt = await ResumeAsync(Store, image, session);
        await File.WriteAllTextAsync(SessionFile, session.ToJson(), Cancellation);
        var plan = new FaultPlan();
        await using var store = await NewStoreAsync(plan);
        var options = Session(image) with { Resume = session, Mode = mode };
        var again = await store.PutAsync(image.Id, image.OpenSource(), options, Cancellation);
        Assert.AreEqual(receipt.ToJson(), again.ToJson());
        Assert.AreEqual(0, plan.Calls.Count(call => call is DriverCall.WriteChunk or DriverCall.Commit), "It was stored already.");
        Assert.IsFalse(File.Exists(SessionFile), "The session is over.");
        await AssertOnlyStoredAsync(image);
    });

    [TestMethod]
    public Task A_session_whose_upload_is_over_is_refused_where_the_image_is_another_one() => WhereItResumes(async () =>
    {
        var image = NewImage(Chunks(5, 1));
        var session = await BreakOffAsync(image);
        await ResumeAsync(Store, image, session);
        foreach (var length in new[] { image.Length, Chunks(2) })
        {
            var other = await ReplaceAsync(image, length);
            await File.WriteAllTextAsync(SessionFile, session.ToJson(), Cancellation);
            await AssertFailsAsync(StoreError.AlreadyExists, () => ResumeAsync(Store, image, session));
            Assert.AreEqual(session.ToJson(), await File.ReadAllTextAsync(SessionFile, Cancellation), "It stays as it was.");
            await AssertOnlyStoredAsync(other);
        }
    });

    [TestMethod]
    public Task A_session_whose_upload_never_was_is_refused() => WhereItResumes(async () =>
    {
        var image = NewImage(Chunks(5, 1));
        var session = await BreakOffAsync(image);
        await ResumeAsync(Store, image, session);
        var other = await ReplaceAsync(image, image.Length);
        foreach (var upload in new[] { "../" + session.Upload, "no token of any driver" })
        {
            var never = new PutSession(session.StoreId, session.Id, upload, session.Plan) { Size = session.Size, Written = session.Written };
            var options = Session(image) with { Resume = never, Mode = WriteMode.Replace };
            await AssertFailsAsync(StoreError.InvalidSession, () => Store.PutAsync(image.Id, image.OpenSource(), options, Cancellation));
        }

        await AssertOnlyStoredAsync(other);
    });

    [TestMethod]
    public Task A_new_session_does_not_write_over_a_file_that_is_there() => WhereItResumes(async () =>
    {
        await File.WriteAllTextAsync(SessionFile, "another", Cancellation);
        await AssertFailsAsync(StoreError.InvalidSession, () => PutAsync(Store, NewImage(Chunks(2))));
        Assert.AreEqual("another", await File.ReadAllTextAsync(SessionFile, Cancellation));
        await AssertNothingLeftAsync();
    });

    [TestMethod]
    [DataRow(0)]
    [DataRow(1)]
    [DataRow(3)]
    public Task A_put_that_succeeds_leaves_no_session(int chunks) => WhereItResumes(async () =>
    {
        var image = NewImage(Chunks(chunks));
        await PutAsync(Store, image);
        Assert.IsEmpty(Scratch.GetFiles());
        await AssertOnlyStoredAsync(image);
    });

    // Like the other capability pairs: where the driver does not play the role, the front refuses before it touches the backend.
    private Task WhereItResumes(Func<Task> body) =>
        Where("puts that go on after a failure", Capabilities.CanWrite && Driver.GetFeature<IResumableWrites>() is not null, body, async store =>
        {
            await PutAsync(store, NewImage(Chunks(2)));
            Assert.IsEmpty(Scratch.GetFiles());
        });

    private PutOptions Session(SampleImage image) => new() { ExpectedSize = image.Length, SessionFile = SessionFile };

    private PutSession ReadSession() => PutSession.FromJson(File.ReadAllText(SessionFile));

    private Task<ImageReceipt> PutAsync(ImageStore store, SampleImage image) =>
        store.PutAsync(image.Id, image.OpenSource(), Session(image), Cancellation);

    private Task<ImageReceipt> ResumeAsync(ImageStore store, SampleImage image, PutSession session) =>
        store.PutAsync(image.Id, image.OpenSource(), Session(image) with { Resume = session }, Cancellation);

    private async Task<SampleImage> ReplaceAsync(SampleImage image, long length)
    {
        var other = NewImage(image.Id, length);
        await Store.PutAsync(other.Id, other.OpenSource(), new PutOptions { ExpectedSize = length, Mode = WriteMode.Replace }, Cancellation);
        return other;
    }

    // The store goes with its driver, as with a process that ends.
    private async Task<PutSession> BreakOffAsync(SampleImage image)
    {
        var plan = new FaultPlan();
        plan.On(DriverCall.WriteChunk, nth: Written + 1).Fail(StoreError.OutOfSpace);
        await using var store = await NewStoreAsync(plan, OneByOne);
        await AssertFailsAsync(StoreError.OutOfSpace, () => PutAsync(store, image));
        plan.AssertAllFired();
        return ReadSession();
    }

    private async Task EndAsync(SampleImage image, bool isStored)
    {
        if (!isStored)
        {
            await (File.Exists(SessionFile) ? ResumeAsync(Store, image, ReadSession()) : PutAsync(Store, image));
        }
    }
}
