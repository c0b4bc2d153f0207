using Azure.Core;
using Azure.Identity;

namespace GlanceStore.Drivers.Azure.Scripted;

/// <summary>What Azurite does not do on demand: each its own error, the right transience, and nothing left behind.</summary>
[TestClass]
public sealed class AzureFaultTests
{
    private const int ChunkBytes = 64 << 10;

    private static readonly ImageStoreOptions Quick = new() { ChunkBytes = ChunkBytes, RetryDelay = TimeSpan.Zero, MaxAttempts = 3 };

    private readonly ScriptedAzure _server = new();
    private AzureDriverOptions _place = null!;

    public TestContext TestContext { get; set; } = null!;

    [TestInitialize]
    public async Task StartAsync()
    {
        AzuriteServer.Require();
        _place = await AzuriteServer.NewPlaceAsync() with { Endpoint = _server.Endpoint };
    }

    [TestCleanup]
    public async Task StopAsync()
    {
        await _server.DisposeAsync();
        if (_place is not null)
        {
            await AzuriteServer.RemoveEverythingAsync(AzuriteServer.Client, _place.Prefix);
        }
    }

    [TestMethod]
    public async Task A_block_that_fails_once_is_sent_again_by_the_front_and_by_nobody_else()
    {
        _server.Answer("Block", ScriptedAnswer.Error(500, "InternalError"), times: 1);
        await AssertPutAsync(5);
        Assert.AreEqual(6 + 1, _server.CountOf("Block"));
    }

    [TestMethod]
    public async Task A_block_that_always_fails_ends_the_put_with_the_request_id_and_leaves_no_blob()
    {
        _server.Answer("Block", ScriptedAnswer.Error(500, "InternalError"));
        var error = await AssertFailsAsync(StoreError.Unavailable, isTransient: true);
        Assert.AreEqual(3, error.Attempts);
        Assert.AreEqual("request-1", error.RequestId);
    }

    [TestMethod]
    public async Task A_block_damaged_on_its_way_is_sent_again()
    {
        var damaged = 0;
        _server.Script = async (request, handOn) =>
        {
            if (request.Operation == "Block" && Interlocked.Increment(ref damaged) == 1)
            {
                request.Body[17] ^= 1;
                return await handOn();
            }

            return null;
        };
        await AssertPutAsync(3);
        Assert.AreEqual(4 + 1, _server.CountOf("Block"));
    }

    [TestMethod]
    public async Task A_server_that_does_not_tell_the_CRC_of_a_block_has_not_checked_it_and_is_Unsupported()
    {
        _server.Script = async (request, handOn) => request.Operation == "Block" && await handOn() is { } answer
            ? answer with { Headers = [.. answer.Headers.Where(header => header.Key != "x-ms-content-crc64")] }
            : null;
        await AssertFailsAsync(StoreError.Unsupported, isTransient: false);
    }

    [TestMethod]
    public async Task A_small_image_damaged_on_its_way_is_sent_again()
    {
        var damaged = 0;
        _server.Script = async (request, handOn) =>
        {
            if (request.Operation == "Put" && Interlocked.Increment(ref damaged) == 1)
            {
                request.Body[0] ^= 1;
                return await handOn();
            }

            return null;
        };
        await AssertPutAsync(0);
        Assert.AreEqual(2, _server.CountOf("Put"));
    }

    [TestMethod]
    public async Task A_throttled_block_waits_as_long_as_the_server_asks()
    {
        _server.Answer("Block", ScriptedAnswer.Error(503, "ServerBusy", ("Retry-After", "0")));
        var error = await AssertFailsAsync(StoreError.Throttled, isTransient: true);
        Assert.AreEqual(TimeSpan.Zero, error.RetryAfter);
    }

    [TestMethod]
    public async Task A_lost_answer_to_the_commit_is_settled_by_looking()
    {
        LoseTheFirstAnswerTo("Commit");
        await AssertPutAsync(3);
        Assert.AreEqual(1, _server.CountOf("Commit"));
    }

    [TestMethod]
    public async Task A_lost_answer_to_the_put_of_a_small_image_is_settled_by_looking()
    {
        LoseTheFirstAnswerTo("Put");
        await AssertPutAsync(0);
        Assert.AreEqual(1, _server.CountOf("Put"));
    }

    [TestMethod]
    [DataRow(409, "BlobAlreadyExists")]
    [DataRow(412, "ConditionNotMet")]
    public async Task A_lost_race_to_create_is_AlreadyExists_whichever_way_the_server_says_it(int status, string code)
    {
        _server.Answer("Commit", ScriptedAnswer.Error(status, code));
        await AssertFailsAsync(StoreError.AlreadyExists, isTransient: false);
        Assert.AreEqual("*", _server.Requests.Single(request => request.Operation == "Commit").Header("If-None-Match"));
    }

    [TestMethod]
    public async Task Blocks_that_are_gone_where_nobody_committed_are_an_error_that_says_to_put_again()
    {
        _server.Answer("Commit", ScriptedAnswer.Error(400, "InvalidBlockList"));
        var error = await AssertFailsAsync(StoreError.Unavailable, isTransient: false);
        Assert.Contains("put the image again", error.Message);
    }

    [TestMethod]
    public async Task A_disabled_account_is_AccessDenied_and_is_not_tried_again()
    {
        _server.Answer("Head", ScriptedAnswer.Error(403, "AccountIsDisabled"));
        var error = await AssertFailsAsync(StoreError.AccessDenied, isTransient: false);
        Assert.Contains("account is disabled", error.Message);
        Assert.AreEqual(1, error.Attempts);
    }

    [TestMethod]
    public async Task A_body_that_breaks_off_is_resumed_by_the_front_at_the_same_byte_of_the_same_version()
    {
        var receipt = await AssertPutAsync(3);
        _server.Requests.Clear();
        var cut = 0;
        _server.Script = async (request, handOn) => request.Operation == "Get" && Interlocked.Increment(ref cut) == 1
            ? await handOn() with { SendBytes = 1000 }
            : null;
        await using var store = NewStore(_place);
        await using var image = await store.OpenReadAsync(receipt.Location, ReadOptions.Verify(receipt), TestContext.CancellationToken);
        await image.CopyToAsync(Stream.Null, TestContext.CancellationToken);
        var gets = _server.Requests.Where(request => request.Operation == "Get").ToArray();
        Assert.IsGreaterThan(1, gets.Length);
        Assert.IsNotNull(gets[^1].Header("If-Match"));
    }

    [TestMethod]
    public async Task Breaking_off_is_a_transient_error_of_the_driver_and_makes_no_request_of_its_own()
    {
        var receipt = await AssertPutAsync(1);
        _server.Requests.Clear();
        _server.Script = async (request, handOn) => request.Operation == "Get" ? await handOn() with { SendBytes = 1000 } : null;
        await using var driver = new AzureDriver(_place);
        await using var reader = await driver.OpenReadAsync(receipt.Location, new ReadIntent(), TestContext.CancellationToken);
        var error = await Assert.ThrowsExactlyAsync<StoreException>(async () =>
        {
            var buffer = new byte[ChunkBytes];
            while (await reader.ReadAsync(buffer, TestContext.CancellationToken) > 0)
            {
            }
        });
        Assert.IsTrue(error.IsTransient);
        Assert.AreEqual(1, _server.CountOf("Get"));
    }

    [TestMethod]
    public async Task An_answer_with_another_range_is_Unsupported_and_never_spliced_in()
    {
        var receipt = await AssertPutAsync(1);
        _server.Script = async (request, handOn) => request.Operation == "Get" ? OfAnotherRange(await handOn()) : null;
        await using var driver = new AzureDriver(_place);
        var error = await Assert.ThrowsExactlyAsync<StoreException>(async () =>
            await driver.OpenReadAsync(receipt.Location, new ReadIntent(new ByteRange(10, 20)), TestContext.CancellationToken));
        Assert.AreEqual(StoreError.Unsupported, error.Error);
    }

    [TestMethod]
    public async Task Without_an_identity_the_error_says_what_to_set()
    {
        var place = _place with { Endpoint = AzuriteServer.TlsUrl, CaBundle = AzuriteServer.CaFile, AccountKey = null, TokenCredential = new NobodyCredential() };
        await using var store = NewStore(place);
        var error = await Assert.ThrowsExactlyAsync<StoreException>(() => store.FindAsync(store.LocationOf(ImageId.New()), TestContext.CancellationToken));
        Assert.AreEqual(StoreError.NotAuthenticated, error.Error);
        Assert.IsFalse(error.IsTransient);
        Assert.Contains("AccountKey", error.Message);
    }

    private static ScriptedAnswer OfAnotherRange(ScriptedAnswer answer) => answer with
    {
        Headers = [.. answer.Headers.Select(header => header.Key == "Content-Range" ? KeyValuePair.Create("Content-Range", "bytes 11-30/65543") : header)],
    };

    private static ImageStore NewStore(AzureDriverOptions place) => new("s", new AzureDriver(place), Quick);

    private void LoseTheFirstAnswerTo(string operation)
    {
        var lost = 0;
        _server.Script = async (request, handOn) =>
        {
            if (request.Operation != operation || Interlocked.Increment(ref lost) > 1)
            {
                return null;
            }

            await handOn();
            return ScriptedAnswer.Lost;
        };
    }

    // 7 bytes more than so many chunks.
    private async Task<ImageReceipt> AssertPutAsync(int chunks)
    {
        var bytes = new byte[(chunks * ChunkBytes) + 7];
        new Random(chunks).NextBytes(bytes);
        await using var store = NewStore(_place);
        var receipt = await store.PutAsync(ImageId.New(), new MemoryStream(bytes), null, TestContext.CancellationToken);
        await using var image = await store.OpenReadAsync(receipt.Location, ReadOptions.Verify(receipt), TestContext.CancellationToken);
        using var read = new MemoryStream();
        await image.CopyToAsync(read, TestContext.CancellationToken);
        CollectionAssert.AreEqual(bytes, read.ToArray());
        return receipt;
    }

    private async Task<StoreException> AssertFailsAsync(StoreError expected, bool isTransient)
    {
        await using var store = NewStore(_place);
        var error = await Assert.ThrowsExactlyAsync<StoreException>(
            () => store.PutAsync(ImageId.New(), new MemoryStream(new byte[(3 * ChunkBytes) + 1]), null, TestContext.CancellationToken));
        Assert.AreEqual(expected, error.Error, error.ToString());
        Assert.AreEqual(isTransient, error.IsTransient);
        Assert.DoesNotContain(AzuriteServer.Key, error.ToString());
        Assert.IsEmpty(await AzuriteServer.ListEverythingAsync(AzuriteServer.Client, _place.Prefix));
        return error;
    }

    private sealed class NobodyCredential : TokenCredential
    {
        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            throw new CredentialUnavailableException("DefaultAzureCredential failed to retrieve a token from the included credentials.");

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            throw new CredentialUnavailableException("DefaultAzureCredential failed to retrieve a token from the included credentials.");
    }
}
