using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace GlanceStore.Cli;

/// <summary>The file that an output takes the place of: whether that can be done, and what the new one takes over.</summary>
internal static class ReplacedFile
{
    private const UnixFileMode Group = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute;
    private const int ForeignFiles = 3;

    /// <summary>Why nothing can take the place of a file, known before the first byte; null where nothing stands against it.</summary>
    public static string? ObstacleTo(string target)
    {
        if (UnixFile.StatusOf(target) is not { } file)
        {
            return null;
        }

        return file.IsMountPoint ? "it is a mount point, and no file can take its place"
            : file.IsProtected ? "its attributes (lsattr) do not let it be replaced"
            : IsKeptForItsOwner(file, target) ? "it is somebody else's in a directory where only the owner of a file may replace it (the sticky bit)"
            : null;
    }

    /// <summary>
    /// Gives to a file what the one has that it takes the place of: owner, group, permissions, access list and extended attributes, as far as this
    /// user may. Where somebody would lose his file by that, a sentence that says so.
    /// </summary>
    public static string? PassOn(string target, SafeFileHandle file)
    {
        if (OperatingSystem.IsWindows() || !File.Exists(target))
        {
            return null;
        }

        if (UnixFile.StatusOf(target) is not { } old)
        {
            File.SetUnixFileMode(file, File.GetUnixFileMode(target));
            return null;
        }

        var hasGroup = FileOwnership.TryGive(file, null, old.Group);
        FileOwnership.CopyAttributes(target, file);
        File.SetUnixFileMode(file, hasGroup ? old.Permissions : WithoutGroup(old.Permissions));
        return FileOwnership.TryGive(file, old.Owner, null)
            ? null
            : $"The file '{target}' belonged to the user {old.Owner} and now to the one who replaced it, who may not give files away.";
    }

    // The members of another group were anybody until now, and are no more than that.
    [UnsupportedOSPlatform("windows")]
    private static UnixFileMode WithoutGroup(UnixFileMode mode) => mode & (~Group | (UnixFileMode)(((int)mode & 0b111) << 3));

    private static bool IsKeptForItsOwner(in UnixStatus file, string target) =>
        UnixFile.StatusOf(Path.GetDirectoryName(target)!) is { IsSticky: true } directory
        && FileOwnership.CurrentUser is var user && user != file.Owner && user != directory.Owner
        && !FileOwnership.HasCapability(ForeignFiles);
}
