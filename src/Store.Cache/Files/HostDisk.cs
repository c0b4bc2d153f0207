using Microsoft.Win32.SafeHandles;

namespace GlanceStore.Cache.Files;

/// <summary>The host's disk: the one way of the cache to it, so that every call can be made to fail as a disk fails.</summary>
internal class HostDisk
{
    private const int MostReadAtOnce = 64 << 10;
    private const UnixFileMode OwnDirectory = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode OwnFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>The disk as it is.</summary>
    public static HostDisk Real { get; } = new();

    /// <summary>What is behind a name, or in the link of that name; null where nothing is.</summary>
    /// <exception cref="IOException">That cannot be told: it is not taken for nothing.</exception>
    public UnixStatus? Look(string path)
    {
        Begin(DiskCall.Look);
        return UnixFile.LookAt(path);
    }

    /// <summary>Whether a name still leads to the file that was opened by it.</summary>
    public bool IsStill(string path, SafeFileHandle file) => Look(path) is { } named && UnixFile.StatusOf(file) is { } opened && named.IsSameAs(opened);

    public DateTime LastStamp(string path)
    {
        Begin(DiskCall.Look);
        return File.GetLastWriteTimeUtc(path);
    }

    public void Stamp(SafeFileHandle file, DateTimeOffset at)
    {
        Begin(DiskCall.Stamp);
        File.SetLastWriteTimeUtc(file, at.UtcDateTime);
    }

    public void Stamp(string path, DateTimeOffset at)
    {
        Begin(DiskCall.Stamp);
        File.SetLastWriteTimeUtc(path, at.UtcDateTime);
    }

    public IReadOnlyList<string> DirectoriesIn(string path)
    {
        Begin(DiskCall.List);
        return Directory.GetDirectories(path);
    }

    public IReadOnlyList<string> FilesIn(string path)
    {
        Begin(DiskCall.List);
        return Directory.GetFiles(path);
    }

    public IReadOnlyList<string> EntriesIn(string path)
    {
        Begin(DiskCall.List);
        return Directory.GetFileSystemEntries(path);
    }

    /// <summary>Makes a directory for this user alone, unless there is one.</summary>
    public void MakeDirectory(string path)
    {
        Begin(DiskCall.MakeDirectory);
        if (OperatingSystem.IsLinux())
        {
            Directory.CreateDirectory(path, OwnDirectory);
        }
    }

    /// <summary>Opens a file, or makes it, to be read and written. Nothing but a regular file is opened, and no link is followed.</summary>
    /// <exception cref="StoreException"><see cref="StoreError.Refused"/>: something else is there.</exception>
    public SafeFileHandle Open(string path, FileMode mode = FileMode.OpenOrCreate) => OpenRegular(path, mode, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);

    /// <summary>Opens a file to be read, of which nothing is known but that it is a regular one.</summary>
    /// <exception cref="StoreException"><see cref="StoreError.Refused"/>: it is none.</exception>
    public SafeFileHandle OpenToRead(string path) => OpenRegular(path, FileMode.Open, FileAccess.Read, FileShare.Read);

    /// <summary>Makes a file for this user alone where nothing is.</summary>
    public FileStream Create(string path)
    {
        Begin(DiskCall.Open);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, BufferSize = 0 };
        if (OperatingSystem.IsLinux())
        {
            options.UnixCreateMode = OwnFile;
        }

        return new FileStream(path, options);
    }

    /// <summary>Reads as much as there is, up to the buffer's length. A short stretch that the kernel has in memory is read on the caller's thread: to wait for another would take longer.</summary>
    public ValueTask<int> ReadAsync(SafeFileHandle file, Memory<byte> buffer, long offset, CancellationToken cancellationToken)
    {
        Begin(DiskCall.Read);
        return buffer.Length <= MostReadAtOnce && OperatingSystem.IsLinux() && LinuxCalls.TryReadAtOnce(file, buffer.Span, offset) is { } count
            ? ValueTask.FromResult(count)
            : RandomAccess.ReadAsync(file, buffer, offset, cancellationToken);
    }

    public int Read(SafeFileHandle file, Span<byte> buffer, long offset)
    {
        Begin(DiskCall.Read);
        return RandomAccess.Read(file, buffer, offset);
    }

    public byte[] ReadAll(string path)
    {
        Begin(DiskCall.Read);
        return File.ReadAllBytes(path);
    }

    public ValueTask WriteAsync(SafeFileHandle file, ReadOnlyMemory<byte> bytes, long offset, CancellationToken cancellationToken)
    {
        Begin(DiskCall.Write);
        return RandomAccess.WriteAsync(file, bytes, offset, cancellationToken);
    }

    public void Write(SafeFileHandle file, ReadOnlySpan<byte> bytes, long offset)
    {
        Begin(DiskCall.Write);
        RandomAccess.Write(file, bytes, offset);
    }

    public long LengthOf(SafeFileHandle file)
    {
        Begin(DiskCall.Measure);
        return RandomAccess.GetLength(file);
    }

    public void Resize(SafeFileHandle file, long length)
    {
        Begin(DiskCall.Resize);
        try
        {
            RandomAccess.SetLength(file, length);
        }
        catch (ArgumentOutOfRangeException e) when (length >= 0)
        {
            throw new IOException(e.Message, LinuxCalls.FileTooBig); // what .NET makes of EFBIG
        }
    }

    public void Flush(SafeFileHandle file, string path)
    {
        Begin(DiskCall.Flush);
        DiskFlush.Of(file, path);
    }

    /// <summary>Has the name of a file or directory outlast a power cut.</summary>
    public void FlushName(string path)
    {
        Begin(DiskCall.Flush);
        DiskFlush.OfDirectory(path);
    }

    public void Rename(string from, string to)
    {
        Begin(DiskCall.Rename);
        File.Move(from, to, overwrite: true);
    }

    /// <summary>Gives a directory a name that nothing has.</summary>
    public void RenameDirectory(string from, string to)
    {
        Begin(DiskCall.Rename);
        Directory.Move(from, to);
    }

    public void Remove(string path)
    {
        Begin(DiskCall.Remove);
        File.Delete(path);
    }

    public void RemoveDirectory(string path)
    {
        Begin(DiskCall.Remove);
        Directory.Delete(path);
    }

    /// <inheritdoc cref="LinuxCalls.TryLock"/>
    public bool TryLock(SafeFileHandle file, LockKind kind)
    {
        Begin(DiskCall.Lock);
        return LinuxCalls.TryLock(file, kind);
    }

    /// <inheritdoc cref="LinuxCalls.TryLockRange"/>
    public bool TryLockRange(SafeFileHandle file, long start, long length)
    {
        Begin(DiskCall.Lock);
        return LinuxCalls.TryLockRange(file, start, length);
    }

    /// <inheritdoc cref="LinuxCalls.LockRange"/>
    public void LockRange(SafeFileHandle file, long start, long length)
    {
        Begin(DiskCall.Lock);
        LinuxCalls.LockRange(file, start, length);
    }

    public void UnlockRange(SafeFileHandle file, long start, long length)
    {
        Begin(DiskCall.Unlock);
        LinuxCalls.UnlockRange(file, start, length);
    }

    /// <inheritdoc cref="LinuxCalls.TryPunchHole"/>
    public bool TryPunchHole(SafeFileHandle file, long offset, long length) =>
        ErrorOf(DiskCall.PunchHole) == 0 && LinuxCalls.TryPunchHole(file, offset, length);

    /// <inheritdoc cref="LinuxCalls.NextData"/>
    public long? NextData(SafeFileHandle file, long offset)
    {
        Begin(DiskCall.SeekHole);
        return LinuxCalls.NextData(file, offset);
    }

    /// <inheritdoc cref="LinuxCalls.NextHole"/>
    public long? NextHole(SafeFileHandle file, long offset)
    {
        Begin(DiskCall.SeekHole);
        return LinuxCalls.NextHole(file, offset);
    }

    /// <inheritdoc cref="LinuxCalls.TryClone"/>
    public bool TryShare(SafeFileHandle from, SafeFileHandle to) => ErrorOf(DiskCall.Share) == 0 && LinuxCalls.TryClone(from, to);

    /// <inheritdoc cref="LinuxCalls.TryCopy"/>
    public long? TryCopy(SafeFileHandle from, SafeFileHandle to, long offset, long length) =>
        ErrorOf(DiskCall.Copy) == 0 ? LinuxCalls.TryCopy(from, to, offset, length) : null;

    /// <summary>What a call is to fail with, as Linux numbers errors; 0: it is made.</summary>
    protected virtual int ErrorOf(DiskCall call) => 0;

    private SafeFileHandle OpenRegular(string path, FileMode mode, FileAccess access, FileShare share)
    {
        if (Look(path) is { IsRegular: false })
        {
            throw new StoreException(StoreError.Refused, $"'{path}' is no regular file, so it is neither followed nor opened: remove it.");
        }

        Begin(DiskCall.Open);
        var file = File.OpenHandle(path, mode, access, share);
        try
        {
            return IsStill(path, file) ? file : throw new FileNotFoundException($"'{path}' was removed or replaced while it was opened.", path);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    // As .NET tells of it.
    private void Begin(DiskCall call)
    {
        if (ErrorOf(call) is var error and not 0)
        {
            throw error == LinuxCalls.AccessDenied ? new UnauthorizedAccessException($"{call}: error {error}") : new IOException($"{call}: error {error}", error);
        }
    }
}
