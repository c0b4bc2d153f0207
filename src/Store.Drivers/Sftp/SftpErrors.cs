using System.Net.Sockets;
using Renci.SshNet.Common;
using Renci.SshNet.Messages.Transport;
using Renci.SshNet.Sftp;

namespace GlanceStore.Drivers.Sftp;

/// <summary>The one mapping from what SSH and SFTP say to <see cref="StoreException"/>. A message never repeats what a server wrote.</summary>
internal static class SftpErrors
{
    /// <summary>The error in the store's words; null for what passes through: the store's own errors, cancellation and misuse.</summary>
    public static StoreException? From(Exception e, string what)
    {
        if (e is StoreException or OperationCanceledException or ArgumentException or OutOfMemoryException || Meaning(e) is not var (error, transient, why))
        {
            return null;
        }

        return new StoreException(error, $"{what} failed: {why}.", e) { IsTransient = transient };
    }

    /// <summary>Whether an error says that the connection is of no more use, not only the one request.</summary>
    public static bool EndsConnection(Exception e) => e is not (SftpException or StoreException or ArgumentException or NotSupportedException);

    /// <summary>Whether the server failed a request without saying why, as it does where a name is taken or a disk is full.</summary>
    public static bool IsUnexplained(Exception? e) => e is SftpException { StatusCode: StatusCode.Failure };

    /// <summary>Whether the server answered, if only to refuse.</summary>
    public static bool IsAnswer(Exception? e) => e is SftpException;

    private static (StoreError Error, bool IsTransient, string Why)? Meaning(Exception e) => e switch
    {
        SftpPathNotFoundException => (StoreError.NotFound, false, "the server has no such file"),
        SftpPermissionDeniedException => (StoreError.AccessDenied, false, "the server refuses it to this user"),
        SftpException sftp => Meaning(sftp.StatusCode),
        SshAuthenticationException => (StoreError.NotAuthenticated, false, "the server accepts none of the credentials"),
        SshOperationTimeoutException => (StoreError.Stalled, true, "the server gave no answer"),
        SshConnectionException { DisconnectReason: DisconnectReason.TooManyConnections } =>
            (StoreError.Throttled, true, "the server takes no more connections"),
        SshConnectionException { DisconnectReason: DisconnectReason.KeyExchangeFailed } =>
            (StoreError.Unavailable, false, "no way to encrypt is known to both sides"),
        SocketException socket => Meaning(socket.SocketErrorCode),
        NotSupportedException => (StoreError.Unsupported, false, "the server does not do what it takes"),
        SshException or ObjectDisposedException or InvalidOperationException or IOException or NullReferenceException =>
            (StoreError.Unavailable, true, "the connection broke off"),
        _ => null,
    };

    private static (StoreError Error, bool IsTransient, string Why) Meaning(StatusCode status) => status switch
    {
        StatusCode.NoSuchFile => (StoreError.NotFound, false, "the server has no such file"),
        StatusCode.PermissionDenied => (StoreError.AccessDenied, false, "the server refuses it to this user"),
        StatusCode.OperationUnsupported => (StoreError.Unsupported, false, "the server does not do what it takes"),
        StatusCode.NoConnection or StatusCode.ConnectionLost => (StoreError.Unavailable, true, "the server lost its connection"),
        StatusCode.Failure => (StoreError.Unavailable, true, "the server does not say why"),
        _ => (StoreError.Unavailable, false, $"the server answers {status}"),
    };

    private static (StoreError Error, bool IsTransient, string Why) Meaning(SocketError error) => error switch
    {
        SocketError.HostNotFound or SocketError.NoData => (StoreError.Unavailable, false, "there is no host of that name"),
        SocketError.TryAgain => (StoreError.Unavailable, true, "the host's name cannot be resolved now"),
        SocketError.ConnectionRefused => (StoreError.Unavailable, true, "the server takes no connections"),
        SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown =>
            (StoreError.Unavailable, true, "the connection broke off"),
        _ => (StoreError.Unavailable, true, $"the server is not reachable ({error})"),
    };
}
