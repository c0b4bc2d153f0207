namespace GlanceStore.Drivers.File;

// A directory as it was configured, which is what locations hold, and as it really is, which is where everything happens.
internal sealed class FileRoot(string path, int priority, HostFileSystem host)
{
    private string? _realPath;

    public string Path => path;

    public int Priority => priority;

    // Where it is not there, it has no links that lead elsewhere.
    public string RealPath => WasThere ? _realPath! : path;

    // Whether it has been there since the store was made. One that has not can be made; one that is gone may come back with its file system.
    public bool WasThere => Volatile.Read(ref _realPath) is not null || TryFind();

    // Whether its file system is known to give a new image its name without replacing another one.
    public bool NamesExactly { get; set; }

    public string RealPathOf(string name) => System.IO.Path.Combine(RealPath, name);

    private bool TryFind()
    {
        try
        {
            if (!System.IO.Directory.Exists(path))
            {
                return false;
            }

            Volatile.Write(ref _realPath, host.RealPathOf(path));
            return true;
        }
        catch (StoreException)
        {
            return false;
        }
    }
}
