namespace GlanceStore.Drivers.Sftp;

/// <summary>A part on the server that is being written.</summary>
internal interface ISftpUpload : IAsyncDisposable
{
    /// <summary>For what is done to the part by its name.</summary>
    SftpLease Lease { get; }

    /// <summary>Makes the part, which must not be there.</summary>
    Task CreateAsync(CancellationToken cancellationToken);

    /// <summary>Writes bytes at an offset. Nothing of the caller's is touched any more when it ends, however it ends.</summary>
    Task WriteAsync(ReadOnlyMemory<byte> bytes, long offset, CancellationToken cancellationToken);

    /// <summary>Ends the writing and says what went wrong: a server may fail a write as late as that.</summary>
    Task CloseAsync(CancellationToken cancellationToken);

    /// <summary>Whether bytes can be written again after a failure, over another connection too.</summary>
    bool GoesOn { get; }

    /// <summary>Whether what the server holds is to be read back: some of it was sent over a connection that broke.</summary>
    bool IsUnsure { get; }

    /// <summary>Ends the writing, whatever goes wrong, and waits only so long for a server that does not answer; the leases stay.</summary>
    Task CloseQuietlyAsync();
}
