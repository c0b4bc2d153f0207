namespace GlanceStore.ComputeAgent.State;

/// <summary>A file with room for a record, so that one that is there can be changed where the disk is full: who deletes a disk to make room has to write that first.</summary>
internal sealed class SpareRoom
{
    // Four times the longest record of a disk.
    private const int Bytes = 16 << 10;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string _path;
    private readonly Lock _lock = new();

    public SpareRoom(string path)
    {
        _path = path;
        lock (_lock)
        {
            Fill();
        }
    }

    /// <summary>Puts a content in the place of a file that is there. Flushed when it returns; false where there is no such file, or too little room.</summary>
    /// <exception cref="IOException">It was not written.</exception>
    public bool TryReplace(string path, ReadOnlySpan<byte> content)
    {
        lock (_lock)
        {
            if (content.Length > Bytes || !File.Exists(path) || !Fill())
            {
                return false;
            }

            using (var file = File.OpenHandle(_path, FileMode.Open, FileAccess.Write))
            {
                RandomAccess.Write(file, content, 0);
                RandomAccess.SetLength(file, content.Length);
                DiskFlush.Of(file, _path);
            }

            File.Move(_path, path, overwrite: true);
            DiskFlush.OfDirectory(path);
            Fill(); // in the room of what was replaced
            return true;
        }
    }

    // What an earlier process left is room that is there already.
    private bool Fill()
    {
        try
        {
            using var file = File.OpenHandle(_path, FileMode.OpenOrCreate, FileAccess.Write);
            if (RandomAccess.GetLength(file) != Bytes)
            {
                File.SetUnixFileMode(file, OwnerOnly);
                RandomAccess.SetLength(file, 0);
                RandomAccess.Write(file, new byte[Bytes], 0);
                DiskFlush.Of(file, _path);
            }

            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // as long as nothing has to be changed on a full disk nobody misses it
        }
    }
}
