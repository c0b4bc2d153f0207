using System.Net;
using GlanceStore.Conformance;

namespace GlanceStore.Drivers.S3.Scripted;

/// <summary>What no real server here does on demand: each its own error, the right transience, and nothing left behind.</summary>
[TestClass]
public sealed class S3FaultTests
{
    private const int ChunkBytes = 64 << 10;

    private static readonly ImageStoreOptions Quick = new() { ChunkBytes = ChunkBytes, RetryDelay = TimeSpan.Zero, MaxAttempts = 3 };

    private readonly ScriptedS3 _server = new();

    public TestContext TestContext { get; set; } = null!;

    [TestCleanup]
    public async Task StopAsync() => await _server.DisposeAsync();

    [TestMethod]
    public async Task Part_3_that_fails_once_is_sent_again()
    {
        FailTimes(1, request => request.Operation == "Part" && request.Query["partNumber"] == "3", ScriptedAnswer.Error(500, "InternalError"));
        await AssertPutAsync(5);
        Assert.AreEqual(7, _server.Requests.Count(request => request.Operation == "Part"));
    }

    [TestMethod]
    public async Task Part_3_that_always_fails_ends_the_put_and_aborts_the_upload()
    {
        FailTimes(int.MaxValue, request => request.Operation == "Part" && request.Query["partNumber"] == "3", ScriptedAnswer.Error(500, "InternalError"));
        var error = await AssertFailsAsync(StoreError.Unavailable, isTransient: true);
        Assert.AreEqual(3, error.Attempts);
        Assert.AreEqual("request-1", error.RequestId);
    }

    [TestMethod]
    public async Task An_error_inside_a_200_of_complete_is_an_error_and_tried_again()
    {
        FailTimes(1, request => request.Operation == "Complete", ScriptedAnswer.Xml(200, "<Error><Code>InternalError</Code><Message>late</Message></Error>"));
        await AssertPutAsync(3);
        Assert.AreEqual(2, _server.Requests.Count(request => request.Operation == "Complete"));
    }

    [TestMethod]
    public async Task An_error_inside_every_200_of_complete_leaves_nothing_behind()
    {
        FailTimes(int.MaxValue, request => request.Operation == "Complete", ScriptedAnswer.Xml(200, "<Error><Code>InternalError</Code></Error>"));
        await AssertFailsAsync(StoreError.Unavailable, isTransient: true);
    }

    [TestMethod]
    public async Task A_throttled_part_waits_as_long_as_the_server_asks()
    {
        FailTimes(1, request => request.Operation == "Part", ScriptedAnswer.Error(503, "SlowDown", ("Retry-After", "0")));
        await AssertPutAsync(2);
        FailTimes(int.MaxValue, request => request.Operation == "Part", ScriptedAnswer.Error(503, "SlowDown", ("Retry-After", "0")));
        var error = await AssertFailsAsync(StoreError.Throttled, isTransient: true, stored: 1);
        Assert.AreEqual(TimeSpan.Zero, error.RetryAfter);
    }

    [TestMethod]
    public async Task A_lost_answer_to_complete_is_settled_by_looking()
    {
        var lost = 0;
        _server.Script = request =>
        {
            if (request.Operation == "Complete" && lost++ == 0)
            {
                _server.Script = _ => null;
                CompleteQuietly(request).GetAwaiter().GetResult();
                return ScriptedAnswer.Nothing;
            }

            return null;
        };
        await AssertPutAsync(3);
        Assert.AreEqual(2, _server.Requests.Count(request => request.Operation == "Complete")); // the lost one, and its delivery
    }

    [TestMethod]
    public async Task A_lost_complete_that_takes_effect_while_it_is_repeated_is_settled_by_looking()
    {
        ScriptedRequest? lost = null;
        _server.Script = request =>
        {
            if (request.Operation == "Complete" && lost is null)
            {
                lost = request;
                return ScriptedAnswer.Nothing;
            }

            if (request.Operation == "Complete")
            {
                _server.Script = _ => null;
                CompleteQuietly(lost!).GetAwaiter().GetResult();
            }

            return null;
        };
        await AssertPutAsync(3);
        Assert.AreEqual(3, _server.Requests.Count(request => request.Operation == "Complete")); // the lost one, its repetition, its delivery
    }

    [TestMethod]
    [DataRow(S3Integrity.Sha256)]
    [DataRow(S3Integrity.Md5)]
    [DataRow(S3Integrity.Crc32)]
    public async Task Every_digest_is_one_the_server_checks_of_every_part_and_of_a_small_image(S3Integrity integrity)
    {
        await AssertPutAsync(3, _server.Options with { Integrity = integrity });
        await AssertPutAsync(0, _server.Options with { Integrity = integrity });
        foreach (var request in _server.Requests.Where(request => request.Operation is "Part" or "Put"))
        {
            Assert.AreEqual(integrity == S3Integrity.Md5, request.Header("Content-MD5") is not null);
            Assert.AreEqual(integrity == S3Integrity.Crc32, request.Header("x-amz-checksum-crc32") is not null);
            Assert.AreEqual(integrity != S3Integrity.Sha256, request.Header("x-amz-content-sha256") == "UNSIGNED-PAYLOAD",
                $"{request.Operation}: {request.Header("x-amz-content-sha256")}");
            Assert.IsNull(request.Header("x-amz-trailer"));
            Assert.DoesNotContain("aws-chunked", request.Header("Content-Encoding") ?? "");
        }

        var complete = _server.Requests.Single(request => request.Operation == "Complete");
        Assert.AreEqual(integrity == S3Integrity.Crc32, complete.Header("x-amz-checksum-crc32") is not null);
    }

    [TestMethod]
    public async Task A_server_that_ignores_the_checksum_header_is_told_of_and_nothing_is_stored_unchecked()
    {
        await using var deaf = new ScriptedS3 { ChecksChecksums = false };
        await using var store = new ImageStore("s", new S3Driver(deaf.Options), Quick);
        var error = await Assert.ThrowsExactlyAsync<StoreException>(() => PutAsync(store, 3));
        Assert.AreEqual(StoreError.Unsupported, error.Error);
        Assert.Contains("Integrity", error.Message);
        Assert.IsEmpty(deaf.Everything);
    }

    [TestMethod]
    public async Task A_server_that_refuses_conditions_is_told_of_once_and_then_looked_at_first()
    {
        _server.Script = request => request.Header("If-None-Match") is null ? null : ScriptedAnswer.Error(501, "NotImplemented");
        await AssertPutAsync(3, _server.Options with { CreateNew = S3CreateNew.Auto });
        await using var strict = new ImageStore("s", new S3Driver(_server.Options with { CreateNew = S3CreateNew.Conditional }), Quick);
        var error = await Assert.ThrowsExactlyAsync<StoreException>(() => PutAsync(strict, 3));
        Assert.AreEqual(StoreError.Unsupported, error.Error);
    }

    [TestMethod]
    public async Task A_creator_whose_upload_ended_because_another_won_is_told_AlreadyExists()
    {
        var completions = 0;
        _server.Script = request => (request.Operation, completions) switch
        {
            ("Complete", 0) => Answer(ScriptedAnswer.Error(409, "ConditionalRequestConflict")),
            ("Complete", _) => ScriptedAnswer.Error(404, "NoSuchUpload"),
            ("Head", > 0) => new ScriptedAnswer(200, []) { Length = 5 },
            _ => null,
        };
        await AssertFailsAsync(StoreError.AlreadyExists, isTransient: false);

        ScriptedAnswer Answer(ScriptedAnswer answer)
        {
            completions++;
            return answer;
        }
    }

    [TestMethod]
    public async Task An_image_whose_writing_hangs_holds_up_no_other()
    {
        var (hanging, never) = (new TaskCompletionSource(), new TaskCompletionSource());
        _server.Script = request =>
        {
            if (request.Operation != "Put" || !request.Path.EndsWith("/held", StringComparison.Ordinal))
            {
                return null;
            }

            hanging.TrySetResult();
            return new ScriptedAnswer(500, []) { Before = never.Task };
        };
        await using var store = new ImageStore("s", new S3Driver(_server.Options with { CreateNew = S3CreateNew.LookFirst }));
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(TestContext.CancellationToken);
        var held = store.PutAsync(new ImageId("held"), new MemoryStream([1]), null, cancel.Token);
        await hanging.Task.WaitAsync(TestContext.CancellationToken);
        for (var i = 0; i < 300; i++)
        {
            await store.PutAsync(new ImageId($"i{i}"), new MemoryStream([1]), null, TestContext.CancellationToken)
                .WaitAsync(TimeSpan.FromMinutes(1), TimeProvider.System, TestContext.CancellationToken);
        }

        await cancel.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() => held);
        never.SetResult();
    }

    [TestMethod]
    public async Task Wrong_keys_and_an_unknown_key_are_not_authenticated_and_not_tried_again()
    {
        await AssertFailsAsync(StoreError.NotAuthenticated, isTransient: false, options: _server.Options with { SecretKey = "wrong" });
        await AssertFailsAsync(StoreError.NotAuthenticated, isTransient: false, options: _server.Options with { AccessKey = "nobody" });
        await AssertFailsAsync(StoreError.AccessDenied, isTransient: false,
            options: _server.Options with { AccessKey = null, SecretKey = null, Credentials = S3CredentialSource.Anonymous });
    }

    [TestMethod]
    [DataRow(403, "RequestTimeTooSkewed", StoreError.NotAuthenticated, "clock")]
    [DataRow(403, "AccessDenied", StoreError.AccessDenied, "refuses")]
    [DataRow(400, "EntityTooSmall", StoreError.InvalidConfiguration, "larger parts")]
    public async Task A_refused_part_says_why(int status, string code, StoreError error, string why)
    {
        FailTimes(int.MaxValue, request => request.Operation == "Part", ScriptedAnswer.Error(status, code));
        Assert.Contains(why, (await AssertFailsAsync(error, isTransient: false)).Message);
    }

    [TestMethod]
    public async Task A_bucket_that_is_not_there_is_a_mistake_of_the_configuration()
    {
        await using var store = new ImageStore("s", new S3Driver(_server.Options with { Bucket = "missing" }), Quick);
        var error = await Assert.ThrowsExactlyAsync<StoreException>(() => PutAsync(store, 3));
        Assert.AreEqual(StoreError.InvalidConfiguration, error.Error);
        Assert.Contains("'missing'", error.Message);
        error = await Assert.ThrowsExactlyAsync<StoreException>(() => store.FindAsync(store.LocationOf(new ImageId("a")), TestContext.CancellationToken));
        Assert.AreEqual(StoreError.InvalidConfiguration, error.Error);
    }

    // As Amazon answers: a HEAD has no body, so its 400 says nothing.
    [TestMethod]
    [DataRow("ExpiredToken", StoreError.NotAuthenticated)]
    [DataRow("AuthorizationHeaderMalformed", StoreError.InvalidConfiguration)]
    public async Task A_refusal_whose_reason_a_HEAD_cannot_carry_is_explained(string code, StoreError expected)
    {
        _server.Script = request => request.Operation == "Head" ? new ScriptedAnswer(400, []) : ScriptedAnswer.Error(400, code);
        await AssertFailsAsync(expected, isTransient: false);
    }

    [TestMethod]
    public async Task An_endpoint_that_hangs_is_stalled_and_one_that_is_down_is_unavailable()
    {
        var never = new TaskCompletionSource();
        _server.Script = _ => new ScriptedAnswer(200, []) { Before = never.Task };
        await using (var store = new ImageStore("s", new S3Driver(_server.Options), Quick with { StallTimeout = TimeSpan.FromMilliseconds(200), MaxAttempts = 1 }))
        {
            var stalled = await Assert.ThrowsExactlyAsync<StoreException>(() => PutAsync(store, 3));
            Assert.AreEqual(StoreError.Stalled, stalled.Error);
        }

        never.SetResult();
        await using var nowhere = new ImageStore("s", new S3Driver(_server.Options with { Endpoint = "http://127.0.0.1:1" }), Quick);
        var down = await Assert.ThrowsExactlyAsync<StoreException>(() => PutAsync(nowhere, 3));
        Assert.AreEqual(StoreError.Unavailable, down.Error);
        Assert.IsTrue(down.IsTransient);
    }

    [TestMethod]
    public async Task A_body_that_breaks_off_is_continued_where_it_broke()
    {
        await using var store = Store();
        var image = new byte[ChunkBytes];
        new Random(1).NextBytes(image);
        var receipt = await store.PutAsync(new ImageId("a"), new MemoryStream(image), null, TestContext.CancellationToken);
        var gets = 0;
        _server.Script = request =>
        {
            if (request.Operation != "Get" || gets++ > 0)
            {
                return null;
            }

            var whole = new ScriptedAnswer(206, image) { SendBytes = 1000 };
            whole.Headers["ETag"] = $"\"{receipt.Checksum!.Hex}\"";
            whole.Headers["Content-Range"] = $"bytes 0-{image.Length - 1}/{image.Length}";
            return whole;
        };
        await using var stream = await store.OpenReadAsync(receipt.Location, new ReadOptions { Manifest = receipt.Chunks }, TestContext.CancellationToken);
        using var read = new MemoryStream();
        await stream.CopyToAsync(read, TestContext.CancellationToken);
        CollectionAssert.AreEqual(image, read.ToArray());
        var second = _server.Requests.Last(request => request.Operation == "Get");
        Assert.AreEqual($"\"{receipt.Checksum!.Hex}\"", second.Header("If-Match"));
    }

    [TestMethod]
    public async Task Secrets_are_in_no_error_no_location_and_no_receipt()
    {
        FailTimes(1, request => request.Operation == "Complete", ScriptedAnswer.Error(403, "SignatureDoesNotMatch"));
        var error = await AssertFailsAsync(StoreError.NotAuthenticated, isTransient: false);
        Assert.DoesNotContain("c4nary", error.ToString());
        _server.Script = _ => null;
        await using var store = Store();
        var receipt = await PutAsync(store, 3);
        Assert.DoesNotContain("c4nary", receipt.ToString() + receipt.Location);
    }

    private ImageStore Store(S3DriverOptions? options = null) => new("s", new S3Driver(options ?? _server.Options), Quick);

    private void FailTimes(int times, Func<ScriptedRequest, bool> where, ScriptedAnswer answer)
    {
        var left = times;
        _server.Script = request => where(request) && Interlocked.Decrement(ref left) >= 0 ? answer : null;
    }

    // The server completes the upload, and the client never hears of it.
    private async Task CompleteQuietly(ScriptedRequest request)
    {
        using var client = new HttpClient();
        using var again = new HttpRequestMessage(HttpMethod.Post, $"{_server.Endpoint}{request.Path}?{request.RawQuery}")
        {
            Content = new ByteArrayContent(request.Body),
        };
        foreach (var (name, value) in request.Headers.Where(header => header.Key is not ("HOST" or "CONTENT-LENGTH")))
        {
            if (!again.Headers.TryAddWithoutValidation(name, value))
            {
                again.Content.Headers.TryAddWithoutValidation(name, value);
            }
        }

        using var answer = await client.SendAsync(again);
        Assert.AreEqual(HttpStatusCode.OK, answer.StatusCode);
    }

    private async Task<ImageReceipt> PutAsync(ImageStore store, int chunks) =>
        await store.PutAsync(ImageId.New(), new MemoryStream(new byte[(chunks * ChunkBytes) + 7]), null, TestContext.CancellationToken);

    private async Task AssertPutAsync(int chunks, S3DriverOptions? options = null)
    {
        await using var store = Store(options);
        var receipt = await PutAsync(store, chunks);
        Assert.AreEqual(receipt.Size, (await store.FindAsync(receipt.Location, TestContext.CancellationToken))!.Size);
        Assert.IsFalse(_server.Everything.Any(name => name.Contains("upload", StringComparison.Ordinal)));
    }

    private async Task<StoreException> AssertFailsAsync(StoreError expected, bool isTransient, S3DriverOptions? options = null, int stored = 0)
    {
        await using var store = Store(options);
        var error = await Assert.ThrowsExactlyAsync<StoreException>(() => PutAsync(store, 3));
        Assert.AreEqual(expected, error.Error);
        Assert.AreEqual(isTransient, error.IsTransient);
        Assert.HasCount(stored, _server.Everything);
        return error;
    }
}
