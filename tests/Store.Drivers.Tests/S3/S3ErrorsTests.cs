using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using Amazon.Runtime;
using Amazon.S3;

namespace GlanceStore.Drivers.S3;

[TestClass]
public sealed class S3ErrorsTests
{
    [TestMethod]
    [DataRow(404, "NoSuchKey", StoreError.NotFound, false)]
    [DataRow(404, "NotFound", StoreError.NotFound, false)]
    [DataRow(404, "NoSuchBucket", StoreError.InvalidConfiguration, false)]
    [DataRow(404, "NoSuchUpload", StoreError.Unavailable, false)]
    [DataRow(403, "AccessDenied", StoreError.AccessDenied, false)]
    [DataRow(403, "Forbidden", StoreError.AccessDenied, false)]
    [DataRow(403, "InvalidAccessKeyId", StoreError.NotAuthenticated, false)]
    [DataRow(403, "SignatureDoesNotMatch", StoreError.NotAuthenticated, false)]
    [DataRow(403, "RequestTimeTooSkewed", StoreError.NotAuthenticated, false)]
    [DataRow(400, "ExpiredToken", StoreError.NotAuthenticated, false)]
    [DataRow(400, "AuthorizationHeaderMalformed", StoreError.InvalidConfiguration, false)]
    [DataRow(301, "PermanentRedirect", StoreError.InvalidConfiguration, false)]
    [DataRow(400, "BadDigest", StoreError.Corrupted, true)]
    [DataRow(400, "XAmzContentSHA256Mismatch", StoreError.Corrupted, true)]
    [DataRow(400, "EntityTooLarge", StoreError.TooLarge, false)]
    [DataRow(400, "EntityTooSmall", StoreError.InvalidConfiguration, false)]
    [DataRow(400, "InvalidPart", StoreError.Corrupted, false)]
    [DataRow(416, "InvalidRange", StoreError.InvalidRange, false)]
    [DataRow(403, "QuotaExceeded", StoreError.OutOfSpace, false)]
    [DataRow(507, "", StoreError.OutOfSpace, false)]
    [DataRow(409, "OperationAborted", StoreError.Unavailable, true)]
    [DataRow(503, "SlowDown", StoreError.Throttled, true)]
    [DataRow(429, "", StoreError.Throttled, true)]
    [DataRow(500, "InternalError", StoreError.Unavailable, true)]
    [DataRow(502, "", StoreError.Unavailable, true)]
    [DataRow(200, "InternalError", StoreError.Unavailable, true)]
    [DataRow(501, "NotImplemented", StoreError.Unsupported, false)]
    [DataRow(400, "Whatever", StoreError.Unsupported, false)]
    public void An_answer_is_mapped_by_its_code_and_else_by_its_status(int status, string code, StoreError error, bool isTransient)
    {
        var answer = new AmazonS3Exception("text", ErrorType.Unknown, code, "request-1", (HttpStatusCode)status);
        var mapped = S3Errors.Translate(answer, "Reading it");
        Assert.AreEqual(error, mapped.Error);
        Assert.AreEqual(isTransient, mapped.IsTransient);
        Assert.AreEqual("request-1", mapped.RequestId);
        Assert.StartsWith("Reading it failed: ", mapped.Message);
    }

    [TestMethod]
    [DataRow(StoreError.AlreadyExists)]
    [DataRow(StoreError.Changed)]
    public void A_condition_that_does_not_hold_means_what_the_request_was_for(StoreError ifNotMet)
    {
        var answer = new AmazonS3Exception("text", ErrorType.Sender, "PreconditionFailed", "request-1", HttpStatusCode.PreconditionFailed);
        Assert.AreEqual(ifNotMet, S3Errors.Translate(answer, "It", ifNotMet).Error);
    }

    [TestMethod]
    public void A_broken_connection_may_be_tried_again_and_a_certificate_may_not()
    {
        Assert.IsTrue(S3Errors.Translate(new HttpRequestException("refused", new SocketException(111)), "It").IsTransient);
        Assert.IsTrue(S3Errors.Translate(new IOException("reset"), "It").IsTransient);
        Assert.IsTrue(S3Errors.Translate(new TimeoutException(), "It").IsTransient);
        var untrusted = S3Errors.Translate(new HttpRequestException("tls", new AuthenticationException("untrusted root")), "It");
        Assert.IsFalse(untrusted.IsTransient);
        Assert.Contains("certificate", untrusted.Message);
    }

    [TestMethod]
    public void Missing_credentials_are_not_authenticated() =>
        Assert.AreEqual(StoreError.NotAuthenticated, S3Errors.Translate(new AmazonClientException("Failed to resolve AWS credentials."), "It").Error);

    [TestMethod]
    public void A_credentials_file_that_cannot_be_read_is_named_and_its_lines_are_not_repeated()
    {
        var error = S3Errors.Translate(new AmazonClientException("Failed to resolve AWS credentials.\n\nException 2 of 5: System.IO.InvalidDataException: "
            + "Line 2:<AKIAEXAMPLE,c4nary> in file /home/a b/.aws/credentials does not contain a section, property or comment."), "Reading it");
        Assert.AreEqual(StoreError.NotAuthenticated, error.Error);
        Assert.Contains("line 2 of /home/a b/.aws/credentials cannot be read", error.Message);
        Assert.DoesNotContain("c4nary", error.Message);
    }
}
