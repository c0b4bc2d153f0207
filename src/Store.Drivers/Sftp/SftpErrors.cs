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

    /// <summary>Whether the server failed to make something because it is there, or may have: version 3 has no word for it.</summary>
    public static bool MayBeTaken(StoreException e) => e.Error == StoreError.AlreadyExists || IsUnexplained(e.InnerException);

    /// <summary>Whether the server refused to open a file for a reason that may pass once another is closed.</summary>
    public static bool IsRefusal(StoreException e) =>
        IsAnswer(e.InnerException) && e.Error is StoreError.AccessDenied or StoreError.Unavailable or StoreError.Unsupported;

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

    // 0 to 8 are those of version 3, which is what is spoken; from 9 on draft-ietf-secsh-filexfer-13, 9.1, whose codes servers send all the same.
    private static (StoreError Error, bool IsTransient, string Why) Meaning(StatusCode status) => (int)status switch
    {
        1 => (StoreError.Unavailable, true, "the server ended it early"),
        2 or 10 => (StoreError.NotFound, false, "the server has no such file"),
        3 => (StoreError.AccessDenied, false, "the server refuses it to this user"),
        4 => (StoreError.Unavailable, true, "the server does not say why"),
        6 or 7 => (StoreError.Unavailable, true, "the server lost its connection"),
        8 or 23 or 29 or 30 => (StoreError.Unsupported, false, "the server does not do what it takes"),
        9 => (StoreError.Unavailable, true, "the server no longer knows the open file"),
        11 => (StoreError.AlreadyExists, false, "there is such a file already"),
        12 => (StoreError.AccessDenied, false, "the server's file system is read-only"),
        13 => (StoreError.Unavailable, false, "the server's drive has no medium"),
        14 => (StoreError.OutOfSpace, false, "the server has no room left"),
        15 => (StoreError.OutOfSpace, false, "the user's quota on the server is used up"),
        16 => (StoreError.AccessDenied, false, "the server does not know the user that the file is to belong to"),
        17 or 25 or 26 or 27 => (StoreError.Unavailable, true, "somebody else has the file locked or is deleting it"),
        18 => (StoreError.Unavailable, false, "there is a directory there, and it is not empty"),
        19 => (StoreError.InvalidConfiguration, false, "a part of the path is no directory"),
        20 => (StoreError.InvalidLocation, false, "the server takes no such name"),
        21 => (StoreError.InvalidLocation, false, "the path leads from one link to the next without an end"),
        22 => (StoreError.AccessDenied, false, "the server does not let it be deleted"),
        24 => (StoreError.InvalidLocation, false, "there is a directory there"),
        28 => (StoreError.Corrupted, false, "the server's file system is damaged there"),
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
