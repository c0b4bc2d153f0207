using System.Net.Sockets;
using Renci.SshNet.Common;
using Renci.SshNet.Messages.Transport;
using Renci.SshNet.Sftp;

namespace GlanceStore.Drivers.Sftp;

[TestClass]
public sealed class ErrorsTests
{
    private static IEnumerable<object[]> Answers =>
    [
        [new SftpPathNotFoundException("canary"), StoreError.NotFound, false, false],
        [new SftpPermissionDeniedException("canary"), StoreError.AccessDenied, false, false],
        [new SftpException(StatusCode.Failure, "canary"), StoreError.Unavailable, true, false],
        [new SftpException(StatusCode.NoSuchFile, "canary"), StoreError.NotFound, false, false],
        [new SftpException(StatusCode.PermissionDenied, "canary"), StoreError.AccessDenied, false, false],
        [new SftpException(StatusCode.ConnectionLost, "canary"), StoreError.Unavailable, true, false],
        [new SftpException(StatusCode.BadMessage, "canary"), StoreError.Unavailable, false, false],
        [new SftpException(StatusCode.OperationUnsupported, "canary"), StoreError.Unsupported, false, false],
        [new SftpException(StatusCode.Eof, "canary"), StoreError.Unavailable, true, false],
        [new SftpException((StatusCode)9, "canary"), StoreError.Unavailable, true, false],
        [new SftpException((StatusCode)10, "canary"), StoreError.NotFound, false, false],
        [new SftpException((StatusCode)11, "canary"), StoreError.AlreadyExists, false, false],
        [new SftpException((StatusCode)12, "canary"), StoreError.AccessDenied, false, false],
        [new SftpException((StatusCode)13, "canary"), StoreError.Unavailable, false, false],
        [new SftpException((StatusCode)14, "canary"), StoreError.OutOfSpace, false, false],
        [new SftpException((StatusCode)15, "canary"), StoreError.OutOfSpace, false, false],
        [new SftpException((StatusCode)16, "canary"), StoreError.AccessDenied, false, false],
        [new SftpException((StatusCode)17, "canary"), StoreError.Unavailable, true, false],
        [new SftpException((StatusCode)18, "canary"), StoreError.Unavailable, false, false],
        [new SftpException((StatusCode)19, "canary"), StoreError.InvalidConfiguration, false, false],
        [new SftpException((StatusCode)20, "canary"), StoreError.InvalidLocation, false, false],
        [new SftpException((StatusCode)21, "canary"), StoreError.InvalidLocation, false, false],
        [new SftpException((StatusCode)22, "canary"), StoreError.AccessDenied, false, false],
        [new SftpException((StatusCode)23, "canary"), StoreError.Unsupported, false, false],
        [new SftpException((StatusCode)24, "canary"), StoreError.InvalidLocation, false, false],
        [new SftpException((StatusCode)25, "canary"), StoreError.Unavailable, true, false],
        [new SftpException((StatusCode)26, "canary"), StoreError.Unavailable, true, false],
        [new SftpException((StatusCode)27, "canary"), StoreError.Unavailable, true, false],
        [new SftpException((StatusCode)28, "canary"), StoreError.Corrupted, false, false],
        [new SftpException((StatusCode)29, "canary"), StoreError.Unsupported, false, false],
        [new SftpException((StatusCode)30, "canary"), StoreError.Unsupported, false, false],
        [new SftpException((StatusCode)31, "canary"), StoreError.Unavailable, false, false],
        [new SshAuthenticationException("canary"), StoreError.NotAuthenticated, false, true],
        [new SshOperationTimeoutException("canary"), StoreError.Stalled, true, true],
        [new SshConnectionException("canary", DisconnectReason.TooManyConnections), StoreError.Throttled, true, true],
        [new SshConnectionException("canary", DisconnectReason.KeyExchangeFailed), StoreError.Unavailable, false, true],
        [new SshConnectionException("canary", DisconnectReason.ConnectionLost), StoreError.Unavailable, true, true],
        [new SshException("canary"), StoreError.Unavailable, true, true],
        [new SocketException((int)SocketError.ConnectionRefused), StoreError.Unavailable, true, true],
        [new SocketException((int)SocketError.HostNotFound), StoreError.Unavailable, false, true],
        [new SocketException((int)SocketError.TryAgain), StoreError.Unavailable, true, true],
        [new ObjectDisposedException("canary"), StoreError.Unavailable, true, true],
        [new InvalidOperationException("canary"), StoreError.Unavailable, true, true],
        [new NotSupportedException("canary"), StoreError.Unsupported, false, false],
    ];

    [TestMethod]
    [DynamicData(nameof(Answers))]
    public void A_failure_is_mapped_and_its_text_not_repeated(Exception failure, StoreError error, bool isTransient, bool endsConnection)
    {
        var mapped = SftpErrors.From(failure, "Reading it")!;
        Assert.AreEqual(error, mapped.Error);
        Assert.AreEqual(isTransient, mapped.IsTransient);
        Assert.AreEqual(endsConnection, SftpErrors.EndsConnection(failure));
        Assert.StartsWith("Reading it failed: ", mapped.Message);
        Assert.DoesNotContain("canary", mapped.Message);
        Assert.AreSame(failure, mapped.InnerException);
    }

    [TestMethod]
    public void Cancellation_and_misuse_pass_through()
    {
        Assert.IsNull(SftpErrors.From(new OperationCanceledException(), "It"));
        Assert.IsNull(SftpErrors.From(new ArgumentException("x"), "It"));
        Assert.IsNull(SftpErrors.From(new StoreException(StoreError.NotFound, "x"), "It"));
    }
}
