using System.Text;
using GlanceStore.ComputeAgent.Http;

namespace GlanceStore.ComputeAgent.Disks;

/// <summary>Where files of disks may be: in one directory, and behind no link.</summary>
internal sealed class DiskPaths(string directory)
{
    // What the file systems of Linux take for one name.
    private const int MostBytesOfName = 255;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>The name under which a file is made before it gets its own; no other file of a disk has one of this form.</summary>
    public static string PartOf(DiskRecord record) => Path.Combine(Path.GetDirectoryName(record.Path!)!, $".{record.Id}.part");

    /// <summary>The whole path of a file that may be made.</summary>
    /// <exception cref="AgentException">It would lie elsewhere, or behind a link.</exception>
    public string Resolve(string given)
    {
        if (given.Any(char.IsControl) || given.EndsWith('/') || given.Length > 1024)
        {
            throw AgentException.BadRequest("'path' is the name of a file, without control characters.");
        }

        var path = Path.GetFullPath(Path.Combine(directory, given));
        if (!path.StartsWith(directory + "/", StringComparison.Ordinal))
        {
            throw AgentException.BadRequest($"'path' leads out of the directory of disks, '{directory}'.");
        }

        if (path.Split('/').Any(part => Encoding.UTF8.GetByteCount(part) > MostBytesOfName))
        {
            throw AgentException.BadRequest("'path' has a name of more than 255 bytes, which no file has.");
        }

        if (Path.GetFileName(path) is var name && name.StartsWith('.') && name.EndsWith(".part", StringComparison.Ordinal))
        {
            throw AgentException.BadRequest("'path' has a name of the form .ID.part, which is that of a disk that is being made.");
        }

        RequireNoLink(path);
        return path;
    }

    /// <summary>Makes the directories that a file lies in.</summary>
    public void MakeParent(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!, OwnerOnly);
        RequireNoLink(path);
    }

    /// <summary>Removes a file; false where something else is there by now, which is left alone.</summary>
    public bool Remove(string path)
    {
        if (UnixFile.StatusOfName(path) is not { } found)
        {
            return true;
        }

        if (!found.IsRegular || FirstLink(path) is not null)
        {
            return false;
        }

        File.Delete(path);
        DiskFlush.OfDirectory(path);
        return true;
    }

    private void RequireNoLink(string path)
    {
        if (FirstLink(path) is { } link)
        {
            throw AgentException.BadRequest($"'path' leads through '{link}', which is no directory of this agent's own.");
        }
    }

    // The directory itself may be reached through one: it is the operator's.
    private string? FirstLink(string path)
    {
        for (var above = Path.GetDirectoryName(path); above is not null && above.Length > directory.Length; above = Path.GetDirectoryName(above))
        {
            if (UnixFile.StatusOfName(above) is { IsDirectory: false })
            {
                return above;
            }
        }

        return null;
    }
}
