using System.Net.Sockets;
using System.Security.Authentication;
using Azure;
using Azure.Identity;

namespace GlanceStore.Drivers.Azure;

[TestClass]
public sealed class AzureErrorsTests
{
    [TestMethod]
    [DataRow(404, "BlobNotFound", StoreError.NotFound, false)]
    [DataRow(404, null, StoreError.NotFound, false)]
    [DataRow(404, "ContainerNotFound", StoreError.InvalidConfiguration, false)]
    [DataRow(409, "ContainerBeingDeleted", StoreError.Unavailable, true)]
    [DataRow(409, "BlobAlreadyExists", StoreError.AlreadyExists, false)]
    [DataRow(403, "AuthenticationFailed", StoreError.NotAuthenticated, false)]
    [DataRow(401, "NoAuthenticationInformation", StoreError.NotAuthenticated, false)]
    [DataRow(401, null, StoreError.NotAuthenticated, false)]
    [DataRow(403, "AuthorizationFailure", StoreError.AccessDenied, false)]
    [DataRow(403, "AuthorizationPermissionMismatch", StoreError.AccessDenied, false)]
    [DataRow(403, "AccountIsDisabled", StoreError.AccessDenied, false)]
    [DataRow(403, null, StoreError.AccessDenied, false)]
    [DataRow(412, "LeaseIdMissing", StoreError.AccessDenied, false)]
    [DataRow(412, "ConditionNotMet", StoreError.Changed, false)]
    [DataRow(409, "BlobArchived", StoreError.AccessDenied, false)]
    [DataRow(409, "BlobImmutableDueToPolicy", StoreError.AccessDenied, false)]
    [DataRow(409, "BlobUsesCustomerSpecifiedEncryption", StoreError.AccessDenied, false)]
    [DataRow(400, "Md5Mismatch", StoreError.Corrupted, true)]
    [DataRow(400, "Crc64Mismatch", StoreError.Corrupted, true)]
    [DataRow(400, "InvalidBlockList", StoreError.Unavailable, false)]
    [DataRow(400, "InvalidBlobOrBlock", StoreError.Unavailable, false)]
    [DataRow(416, "InvalidRange", StoreError.InvalidRange, false)]
    [DataRow(413, "RequestBodyTooLarge", StoreError.TooLarge, false)]
    [DataRow(503, "ServerBusy", StoreError.Throttled, true)]
    [DataRow(429, null, StoreError.Throttled, true)]
    [DataRow(500, "OperationTimedOut", StoreError.Unavailable, true)]
    [DataRow(500, "InternalError", StoreError.Unavailable, true)]
    [DataRow(502, null, StoreError.Unavailable, true)]
    [DataRow(507, null, StoreError.OutOfSpace, false)]
    [DataRow(301, null, StoreError.InvalidConfiguration, false)]
    [DataRow(400, "Whatever", StoreError.Unsupported, false)]
    [DataRow(400, "AccountRequiresHttps", StoreError.InvalidConfiguration, false)]
    [DataRow(403, "AuthorizationProtocolMismatch", StoreError.InvalidConfiguration, false)]
    [DataRow(400, "OutOfRangeInput", StoreError.InvalidConfiguration, false)]
    [DataRow(400, "InvalidBlobTier", StoreError.InvalidConfiguration, false)]
    [DataRow(403, "RequestTimeTooSkewed", StoreError.NotAuthenticated, false)]
    [DataRow(409, "LeaseAlreadyPresent", StoreError.AccessDenied, false)]
    [DataRow(409, "SnapshotsPresent", StoreError.AccessDenied, false)]
    [DataRow(409, "OperationNotSupportedOnDirectory", StoreError.Unsupported, false)]
    [DataRow(409, "AccountBeingCreated", StoreError.Unavailable, true)]
    [DataRow(409, "BlobImmutableDueToLegalHold", StoreError.AccessDenied, false)]
    [DataRow(409, "NobodyKnowsThisState", StoreError.Unavailable, false)]
    [DataRow(409, null, StoreError.Unavailable, true)]
    public void An_answer_is_mapped_by_its_code_and_else_by_its_status(int status, string? code, StoreError error, bool isTransient)
    {
        var mapped = AzureErrors.Translate(new RequestFailedException(status, "text", code, null), "Reading it");
        Assert.AreEqual(error, mapped.Error);
        Assert.AreEqual(isTransient, mapped.IsTransient);
        Assert.StartsWith("Reading it failed: ", mapped.Message);
    }

    [TestMethod]
    [DataRow(StoreError.AlreadyExists)]
    [DataRow(StoreError.Changed)]
    public void A_condition_that_does_not_hold_means_what_the_request_was_for(StoreError ifNotMet)
    {
        var answer = new RequestFailedException(412, "text", "ConditionNotMet", null);
        Assert.AreEqual(ifNotMet, AzureErrors.Translate(answer, "It", ifNotMet).Error);
    }

    [TestMethod]
    public void A_lease_is_AccessDenied_where_a_condition_would_be_AlreadyExists() =>
        Assert.AreEqual(StoreError.AccessDenied, AzureErrors.Translate(new RequestFailedException(412, "text", "LeaseIdMissing", null), "It", StoreError.AlreadyExists).Error);

    [TestMethod]
    public void A_broken_connection_may_be_tried_again_and_a_certificate_may_not()
    {
        Assert.IsTrue(AzureErrors.Translate(new RequestFailedException(0, "refused", new HttpRequestException("refused", new SocketException(111))), "It").IsTransient);
        Assert.IsTrue(AzureErrors.Translate(new IOException("reset"), "It").IsTransient);
        Assert.IsTrue(AzureErrors.Translate(new TimeoutException(), "It").IsTransient);
        var untrusted = AzureErrors.Translate(new RequestFailedException(0, "tls", new HttpRequestException("tls", new AuthenticationException("untrusted root"))), "It");
        Assert.IsFalse(untrusted.IsTransient);
        Assert.Contains("certificate", untrusted.Message);
    }

    [TestMethod]
    public void Missing_credentials_are_NotAuthenticated()
    {
        Assert.AreEqual(StoreError.NotAuthenticated, AzureErrors.Translate(new CredentialUnavailableException("none"), "It").Error);
        Assert.AreEqual(StoreError.NotAuthenticated, AzureErrors.Translate(new CredentialUnavailableException("none", new HttpRequestException("x")), "It").Error);
        Assert.AreEqual(StoreError.NotAuthenticated, AzureErrors.Translate(new AuthenticationFailedException("refused"), "It").Error);
    }

    [TestMethod]
    public void A_code_that_is_in_no_table_is_told_in_the_services_words_without_its_ids_and_secrets()
    {
        var answer = new RequestFailedException(
            400, "Whatever is not\u0007 good, sig=c4narysecret was seen.\nRequestId:12\nTime:now\nStatus: 400 (Bad)\nErrorCode: Whatever", "Whatever", null);
        var message = AzureErrors.Translate(answer, "It").Message;
        Assert.Contains("400 Whatever: Whatever is not good, sig=…", message);
        Assert.DoesNotContain("c4nary", message);
        Assert.DoesNotContain("RequestId", message);
    }

    [TestMethod]
    public void An_identity_that_gives_no_token_tells_what_was_tried()
    {
        var chain = new CredentialUnavailableException("DefaultAzureCredential failed to retrieve a token from the included credentials. See …\n- EnvironmentCredential authentication unavailable. Set …\n- Azure CLI not installed");
        var message = AzureErrors.Translate(chain, "It").Message;
        Assert.Contains("Tried were: EnvironmentCredential authentication unavailable; Azure CLI not installed.", message);
    }

    [TestMethod]
    [DataRow(429, true)]
    [DataRow(503, true)]
    [DataRow(400, false)]
    public void A_place_of_tokens_that_is_overloaded_may_be_asked_again(int status, bool isTransient)
    {
        var error = AzureErrors.Translate(new AuthenticationFailedException("ManagedIdentityCredential authentication failed", new RequestFailedException(status, "x")), "It");
        Assert.AreEqual((isTransient ? StoreError.Unavailable : StoreError.NotAuthenticated, isTransient), (error.Error, error.IsTransient), error.Message);
    }

    [TestMethod]
    public void What_nobody_explains_is_told_with_its_message_and_not_by_its_type_alone() =>
        Assert.Contains("InvalidDataException: the cat walked over it", AzureErrors.Translate(new InvalidDataException("the cat walked over it"), "It").Message);

    [TestMethod]
    public void A_login_that_cannot_be_reached_is_Unavailable_and_tried_again_as_Swift_has_it()
    {
        var error = AzureErrors.Translate(new AuthenticationFailedException("no answer", new HttpRequestException("refused", new SocketException(111))), "It");
        Assert.AreEqual(StoreError.Unavailable, error.Error);
        Assert.IsTrue(error.IsTransient);
    }
}
