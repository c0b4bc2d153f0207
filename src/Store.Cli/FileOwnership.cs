using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace GlanceStore.Cli;

/// <summary>Whose a file is and what hangs on it, which .NET neither tells nor sets. On Linux.</summary>
internal static partial class FileOwnership
{
    private const string AccessList = "system.posix_acl_access";
    private const uint Unchanged = uint.MaxValue;

    // Attributes of the bytes that were there: of others they would be wrong.
    private static readonly string[] OfTheBytes = ["security.capability", "security.ima", "security.evm"];

    public static uint CurrentUser => UserCall();

    /// <summary>Whether the process has a capability of capabilities(7).</summary>
    public static bool HasCapability(int number)
    {
        const string Field = "CapEff:";
        var line = File.ReadLines("/proc/self/status").FirstOrDefault(line => line.StartsWith(Field, StringComparison.Ordinal));
        return line is not null && (Convert.ToUInt64(line[Field.Length..].Trim(), 16) & (1UL << number)) != 0;
    }

    /// <summary>Gives a file to a user, a group or both; whether that was allowed.</summary>
    public static bool TryGive(SafeFileHandle file, uint? user, uint? group) =>
        UnixFile.StatusOf($"/proc/self/fd/{file.DangerousGetHandle()}") is { } own
        && ((user is null || own.Owner == user) && (group is null || own.Group == group)
            || OwnerCall(file, user ?? Unchanged, group ?? Unchanged) == 0);

    /// <summary>Copies extended attributes and the access list, each where that is allowed; an access list that only the new file has goes.</summary>
    public static void CopyAttributes(string from, SafeFileHandle to)
    {
        var names = NamesOf(from);
        foreach (var name in names.Except(OfTheBytes))
        {
            if (ValueOf(from, name) is { } value)
            {
                _ = SetCall(to, name, value, (nuint)value.Length, 0);
            }
        }

        // It may have inherited one from its directory.
        if (!names.Contains(AccessList))
        {
            _ = RemoveCall(to, AccessList);
        }
    }

    private static string[] NamesOf(string path)
    {
        var names = new byte[Math.Max(0, ListCall(path, null, 0))];
        var length = names.Length == 0 ? 0 : ListCall(path, names, (nuint)names.Length);
        return length <= 0 ? [] : Encoding.UTF8.GetString(names, 0, (int)length).Split('\0', StringSplitOptions.RemoveEmptyEntries);
    }

    private static byte[]? ValueOf(string path, string name)
    {
        var value = new byte[Math.Max(0, GetCall(path, name, null, 0))];
        var length = GetCall(path, name, value, (nuint)value.Length);
        return length < 0 ? null : value[..(int)length];
    }

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint UserCall();

    [LibraryImport("libc", EntryPoint = "fchown")]
    private static partial int OwnerCall(SafeFileHandle file, uint user, uint group);

    [LibraryImport("libc", EntryPoint = "listxattr", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint ListCall(string path, byte[]? names, nuint length);

    [LibraryImport("libc", EntryPoint = "getxattr", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint GetCall(string path, string name, byte[]? value, nuint length);

    [LibraryImport("libc", EntryPoint = "fsetxattr", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetCall(SafeFileHandle file, string name, byte[] value, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "fremovexattr", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int RemoveCall(SafeFileHandle file, string name);
}
