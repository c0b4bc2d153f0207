using Amazon.S3.Model;
using GlanceStore.Conformance;
using GlanceStore.Drivers.S3.Scripted;

namespace GlanceStore.Drivers.S3;

/// <summary>The optional roles, on every server there is.</summary>
[TestClass]
public sealed class S3RoleTests
{
    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    [DataRow("ceph", "Md5", "ConditionalPut")]
    [DataRow("swift", "Sha256", "LookFirst")]
    public async Task A_probe_finds_what_the_preset_says_and_leaves_nothing_behind(string name, string integrity, string createNew)
    {
        var server = Server(name);
        var place = await server.NewPlaceAsync();
        await using var driver = new S3Driver(place);
        var findings = await ProbeAsync(driver);
        var advice = findings[^1];
        Assert.AreEqual(ProbeAnswer.Yes, advice.Answer, string.Join('\n', findings));
        Assert.Contains($"Integrity={integrity}, CreateNew={createNew}", advice.Detail);
        Assert.IsEmpty(await server.ListEverythingAsync(place.Prefix));
    }

    [TestMethod]
    public async Task A_probe_of_a_server_that_does_all_that_aws_does_says_so()
    {
        await using var server = new ScriptedS3();
        await using var driver = new S3Driver(server.Options);
        var findings = await ProbeAsync(driver);
        Assert.IsTrue(findings.All(finding => finding.Answer == ProbeAnswer.Yes), string.Join('\n', findings));
        Assert.IsEmpty(server.Everything);
    }

    [TestMethod]
    [DataRow(S3Integrity.Sha256)]
    [DataRow(S3Integrity.Crc32)]
    public async Task A_bucket_that_wants_its_digest_in_a_header_is_probed_with_one_and_the_advice_names_it(S3Integrity integrity)
    {
        await using var server = new ScriptedS3();
        server.Script = request => request.Operation is "Put" or "Part" && request.Header("Content-MD5") is null
            ? ScriptedAnswer.Error(400, "InvalidRequest")
            : null;
        await using var driver = new S3Driver(server.Options with { Integrity = integrity });
        var findings = await ProbeAsync(driver);
        Assert.AreEqual(ProbeAnswer.Yes, findings[0].Answer);
        Assert.Contains("set Integrity to Md5", findings[0].Detail);
        Assert.Contains("Integrity=Md5, CreateNew=Conditional", findings[^1].Detail);
        Assert.AreEqual(ProbeAnswer.No, findings[^1].Answer);
        Assert.IsEmpty(server.Everything);
    }

    [TestMethod]
    [DataRow("minio")]
    [DataRow("r2")]
    [DataRow("b2")]
    [DataRow("ceph")]
    [DataRow("aws")]
    public async Task A_preset_of_a_server_that_has_Object_Lock_sends_its_digest_in_a_header(string preset)
    {
        await using var server = new ScriptedS3();
        server.Script = request => request.Operation is "Put" or "Part" && request.Header("Content-MD5") is null && request.Header("x-amz-checksum-crc32") is null
            ? ScriptedAnswer.Error(400, "InvalidRequest")
            : null;
        await using var store = new ImageStore("s", new S3Driver(server.Options with { Preset = S3Preset.Find(preset) }));
        await store.PutAsync(ImageId.New(), new MemoryStream([1]), null, TestContext.CancellationToken);
    }

    [TestMethod]
    public async Task An_upload_that_became_the_image_is_not_swept_and_the_image_stays()
    {
        await using var server = new ScriptedS3 { KeepsCompletedUploads = true };
        await using var driver = new S3Driver(server.Options);
        await using var store = new ImageStore("s", driver, new ImageStoreOptions { ChunkBytes = 64 << 10 });
        var receipt = await store.PutAsync(new ImageId("a"), new MemoryStream(new byte[200_000]), null, TestContext.CancellationToken);
        var later = TimeProvider.System.GetUtcNow() + TimeSpan.FromHours(1);
        Assert.AreEqual(0, await SweepAsync(driver, later, SweepMode.Remove));
        Assert.IsNotNull(await store.FindAsync(receipt.Location, TestContext.CancellationToken));

        // The same upload of an image that was replaced since is a leftover.
        server.Store("a", [1]);
        Assert.AreEqual(1, await SweepAsync(driver, later, SweepMode.DryRun));
    }

    [TestMethod]
    public async Task A_put_whose_complete_took_effect_without_an_answer_does_not_abort_what_became_the_image()
    {
        await using var server = new ScriptedS3 { KeepsCompletedUploads = true };
        server.Loses = request => request.Operation == "Complete";
        await using var driver = new S3Driver(server.Options);
        await using var store = new ImageStore("s", driver, new ImageStoreOptions { ChunkBytes = 64 << 10, MaxAttempts = 1 });
        var receipt = await store.PutAsync(new ImageId("a"), new MemoryStream(new byte[200_000]), null, TestContext.CancellationToken);
        Assert.AreEqual(200_000, (await store.FindAsync(receipt.Location, TestContext.CancellationToken))!.Size);
        Assert.IsFalse(server.Requests.Any(request => request.Operation == "Abort"));
    }

    [TestMethod]
    public async Task A_put_whose_second_complete_is_refused_because_the_first_took_effect_does_not_abort_what_became_the_image()
    {
        await using var server = new ScriptedS3 { KeepsCompletedUploads = true };
        var (completed, looked) = (0, 0);
        server.Loses = request => request.Operation == "Complete" && completed++ == 0;
        server.Script = request => request.Operation == "Head" && completed == 1 && looked++ == 0 ? ScriptedAnswer.Error(404, "NoSuchKey") : null;
        var quick = new ImageStoreOptions { ChunkBytes = 64 << 10, RetryDelay = TimeSpan.Zero, MaxAttempts = 2 };
        await using var store = new ImageStore("s", new S3Driver(server.Options), quick);
        var receipt = await store.PutAsync(new ImageId("a"), new MemoryStream(new byte[200_000]), null, TestContext.CancellationToken);
        Assert.AreEqual(2, completed);
        Assert.AreEqual(200_000, (await store.FindAsync(receipt.Location, TestContext.CancellationToken))?.Size);
        Assert.IsFalse(server.Requests.Any(request => request.Operation == "Abort"));
    }

    [TestMethod]
    public async Task A_probe_that_may_not_write_says_only_that()
    {
        await using var server = new ScriptedS3();
        await using var driver = new S3Driver(server.Options with { SecretKey = "wrong" });
        var findings = await ProbeAsync(driver);
        Assert.HasCount(1, findings);
        Assert.AreEqual(ProbeAnswer.No, findings[0].Answer);
    }

    [TestMethod]
    [DataRow("ceph")]
    [DataRow("swift")]
    public async Task A_direct_url_reads_the_image_without_credentials(string name)
    {
        var server = Server(name);
        var place = await server.NewPlaceAsync();
        await using var driver = new S3Driver(place);
        await using var store = new ImageStore("s", driver);
        var receipt = await store.PutAsync(ImageId.New(), new MemoryStream([1, 2, 3]), null, TestContext.CancellationToken);
        var url = await driver.GetDirectUrlAsync(receipt.Location, TimeSpan.FromMinutes(5), TestContext.CancellationToken);
        using var client = new HttpClient();
        CollectionAssert.AreEqual(new byte[] { 1, 2, 3 }, await client.GetByteArrayAsync(url, TestContext.CancellationToken));
        Assert.DoesNotContain(server.SecretKey + "&", url + "&");
        await server.RemoveEverythingAsync(place.Prefix);
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(8)]
    public async Task A_direct_url_is_good_for_some_time_and_at_most_a_week(int days)
    {
        await using var server = new ScriptedS3();
        await using var driver = new S3Driver(server.Options);
        await Assert.ThrowsExactlyAsync<ArgumentOutOfRangeException>(async () =>
            await driver.GetDirectUrlAsync(driver.LocationOf(new ImageId("a")), TimeSpan.FromDays(days), TestContext.CancellationToken));
    }

    // Pages as long as they come where a server is fast enough for more than a thousand uploads; shorter ones where it is not.
    [TestMethod]
    [DataRow("ceph", 1020, 1000)]
    [DataRow("swift", 60, 25)]
    public async Task A_sweep_aborts_old_uploads_by_the_page_and_leaves_young_ones(string name, int count, int page)
    {
        var server = Server(name);
        var place = await server.NewPlaceAsync() with { UploadsPerPage = page };
        await using var driver = new S3Driver(place);
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = TestContext.CancellationToken },
            async (i, token) => await server.Client.InitiateMultipartUploadAsync(S3Server.Bucket, $"{place.Prefix}image-{i}", token));
        Assert.AreEqual(0, await SweepAsync(driver, TimeProvider.System.GetUtcNow() - TimeSpan.FromHours(1), SweepMode.Remove));
        Assert.AreEqual(count, await SweepAsync(driver, TimeProvider.System.GetUtcNow() + TimeSpan.FromHours(1), SweepMode.DryRun));
        Assert.AreEqual(count, await SweepAsync(driver, TimeProvider.System.GetUtcNow() + TimeSpan.FromHours(1), SweepMode.Remove));
        Assert.IsEmpty(await server.ListEverythingAsync(place.Prefix));
    }

    [TestMethod]
    [DataRow("ceph")]
    [DataRow("swift")]
    public async Task An_upload_that_is_written_to_is_not_swept_however_long_ago_it_began(string name)
    {
        var server = Server(name);
        var place = await server.NewPlaceAsync();
        await using var driver = new S3Driver(place);
        var key = $"{place.Prefix}image";
        var upload = (await server.Client.InitiateMultipartUploadAsync(S3Server.Bucket, key, TestContext.CancellationToken)).UploadId;
        var afterwards = TimeProvider.System.GetUtcNow() + TimeSpan.FromSeconds(1);

        // Servers tell whole seconds.
        await Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System, TestContext.CancellationToken);
        Assert.AreEqual(1, await SweepAsync(driver, afterwards, SweepMode.DryRun));
        var part = new UploadPartRequest
        {
            BucketName = S3Server.Bucket,
            Key = key,
            UploadId = upload,
            PartNumber = 1,
            InputStream = new MemoryStream([1]),
            UseChunkEncoding = false, // Swift takes none
        };
        await server.Client.UploadPartAsync(part, TestContext.CancellationToken);
        Assert.AreEqual(0, await SweepAsync(driver, afterwards, SweepMode.Remove));
        Assert.AreEqual(1, await SweepAsync(driver, TimeProvider.System.GetUtcNow() + TimeSpan.FromHours(1), SweepMode.Remove));
        Assert.IsEmpty(await server.ListEverythingAsync(place.Prefix));
    }

    [TestMethod]
    public async Task The_newest_part_tells_when_an_upload_was_last_touched()
    {
        const string Parts = "<Part><PartNumber>1</PartNumber><LastModified>2030-01-02T00:00:00.000Z</LastModified><ETag>x</ETag></Part>"
            + "<Part><PartNumber>2</PartNumber><LastModified>2030-01-01T00:00:00.000Z</LastModified><ETag>y</ETag></Part>";
        await using var server = new ScriptedS3
        {
            Script = request => request.Operation == "ListParts" ? ScriptedAnswer.Xml(200, $"<ListPartsResult>{Parts}</ListPartsResult>") : null,
        };
        await using var driver = new S3Driver(server.Options);
        await driver.OpenWriteAsync(new ImageId("a"), new WriteIntent(WriteMode.Replace, null), TestContext.CancellationToken);
        var newest = new DateTimeOffset(2030, 1, 2, 0, 0, 0, TimeSpan.Zero);
        Assert.AreEqual(0, await SweepAsync(driver, newest, SweepMode.DryRun));
        var leftovers = await driver.SweepAsync(newest + TimeSpan.FromSeconds(1), SweepMode.DryRun, TestContext.CancellationToken).ToListAsync(TestContext.CancellationToken);
        Assert.AreEqual(newest, leftovers.Single().LastModified);
    }

    [TestMethod]
    public async Task A_sweep_that_may_not_look_at_the_parts_of_an_upload_says_so_and_leaves_it_alone()
    {
        await using var server = new ScriptedS3
        {
            Script = request => request.Operation == "ListParts" ? ScriptedAnswer.Error(403, "AccessDenied") : null,
        };
        await using var driver = new S3Driver(server.Options);
        await driver.OpenWriteAsync(new ImageId("a"), new WriteIntent(WriteMode.Replace, null), TestContext.CancellationToken);
        var error = await Assert.ThrowsExactlyAsync<StoreException>(() => SweepAsync(driver, TimeProvider.System.GetUtcNow(), SweepMode.Remove));
        Assert.AreEqual(StoreError.AccessDenied, error.Error);
        Assert.Contains("Listing the parts", error.Message);
        Assert.HasCount(1, server.Everything);
    }

    [TestMethod]
    public async Task A_sweep_goes_through_more_than_two_pages()
    {
        await using var server = new ScriptedS3();
        await using var driver = new S3Driver(server.Options);
        for (var i = 0; i < 2500; i++)
        {
            // never disposed, as a killed process leaves it
            await driver.OpenWriteAsync(new ImageId($"i{i}"), new WriteIntent(WriteMode.Replace, null), TestContext.CancellationToken);
        }

        Assert.AreEqual(2500, await SweepAsync(driver, TimeProvider.System.GetUtcNow(), SweepMode.Remove));
        Assert.IsEmpty(server.Everything);
    }

    [TestMethod]
    public async Task A_sweep_leaves_the_uploads_of_others_in_the_same_bucket_alone()
    {
        await using var server = new ScriptedS3();
        await using var whole = new S3Driver(server.Options);
        await using var own = new S3Driver(server.Options with { Prefix = "images/" });
        await using var other = new S3Driver(server.Options with { Prefix = "images/backups/" });
        foreach (var driver in (S3Driver[])[own, other])
        {
            await driver.OpenWriteAsync(new ImageId("a"), new WriteIntent(WriteMode.Replace, null), TestContext.CancellationToken);
        }

        var later = TimeProvider.System.GetUtcNow() + TimeSpan.FromHours(1);
        Assert.AreEqual(0, await SweepAsync(whole, later, SweepMode.Remove));
        Assert.AreEqual(1, await SweepAsync(own, later, SweepMode.Remove));
        Assert.StartsWith("images/backups/a", server.Everything.Single());
    }

    [TestMethod]
    [DataRow("ceph")]
    [DataRow("swift")]
    public async Task A_bucket_is_made_by_a_put_where_the_options_say_so(string name)
    {
        var server = Server(name);
        var place = await server.NewPlaceAsync() with { Bucket = $"made-{Guid.NewGuid():N}", CreateBucket = true, Prefix = "" };
        await using var store = new ImageStore("s", new S3Driver(place));
        var receipt = await store.PutAsync(ImageId.New(), new MemoryStream([1]), null, TestContext.CancellationToken);
        Assert.IsTrue(await store.DeleteAsync(receipt.Location, cancellationToken: TestContext.CancellationToken));
        await server.Client.DeleteBucketAsync(place.Bucket, TestContext.CancellationToken);
    }

    [TestMethod]
    [DataRow("ceph")]
    [DataRow("swift")]
    public async Task A_bucket_that_the_first_put_will_make_is_an_empty_one_and_no_mistake(string name)
    {
        var place = await Server(name).NewPlaceAsync() with { Bucket = $"made-{Guid.NewGuid():N}", CreateBucket = true, Prefix = "" };
        await using var driver = new S3Driver(place);
        await using var store = new ImageStore("s", driver);
        var location = store.LocationOf(ImageId.New());
        var page = await driver.ListAsync(new ListingRequest(), TestContext.CancellationToken);
        Assert.AreEqual((0, 0, null), (page.Images.Count, page.Unfinished.Count, page.Continuation));
        Assert.AreEqual(0, await SweepAsync(driver, TimeProvider.System.GetUtcNow(), SweepMode.DryRun));
        Assert.IsNull(await store.FindAsync(location, TestContext.CancellationToken));
        Assert.IsFalse(await store.DeleteAsync(location, cancellationToken: TestContext.CancellationToken));
        var error = await Assert.ThrowsExactlyAsync<StoreException>(() => store.OpenReadAsync(location, null, TestContext.CancellationToken));
        Assert.AreEqual(StoreError.NotFound, error.Error, error.Message);
    }

    [TestMethod]
    [DataRow("ceph")]
    [DataRow("swift")]
    public async Task A_put_with_a_wrong_key_does_not_say_that_reading_failed(string name)
    {
        var place = await Server(name).NewPlaceAsync() with { SecretKey = "wrong" };
        foreach (var mode in new[] { WriteMode.CreateNew, WriteMode.Replace })
        {
            await using var store = new ImageStore("s", new S3Driver(place), new ImageStoreOptions { MaxAttempts = 1 });
            var error = await Assert.ThrowsExactlyAsync<StoreException>(
                () => store.PutAsync(ImageId.New(), new MemoryStream([1]), new PutOptions { Mode = mode }, TestContext.CancellationToken));
            Assert.AreEqual(StoreError.NotAuthenticated, error.Error, error.Message);
            Assert.DoesNotContain("Reading", error.Message);
        }
    }

    [TestMethod]
    public async Task A_probe_makes_the_bucket_that_a_put_would_make_instead_of_calling_the_store_broken()
    {
        var server = Server("ceph");
        var place = await server.NewPlaceAsync() with { Bucket = $"made-{Guid.NewGuid():N}", CreateBucket = true, Prefix = "" };
        await using var driver = new S3Driver(place);
        Assert.AreEqual(ProbeAnswer.Yes, (await ProbeAsync(driver))[0].Answer);
        await server.Client.DeleteBucketAsync(place.Bucket, TestContext.CancellationToken);
    }

    private static S3Server Server(string name)
    {
        var server = name == "ceph" ? S3Server.Ceph : S3Server.Swift;
        if (server.SkipReason is { } reason)
        {
            SkippedServers.Skip(server.Name, reason);
        }

        return server;
    }

    private async Task<List<ProbeFinding>> ProbeAsync(S3Driver driver)
    {
        var findings = new List<ProbeFinding>();
        await foreach (var finding in driver.ProbeAsync(TestContext.CancellationToken))
        {
            TestContext.WriteLine(finding.ToString());
            findings.Add(finding);
        }

        return findings;
    }

    private async Task<int> SweepAsync(S3Driver driver, DateTimeOffset before, SweepMode mode)
    {
        var count = 0;
        await foreach (var _ in driver.SweepAsync(before, mode, TestContext.CancellationToken))
        {
            count++;
        }

        return count;
    }
}
