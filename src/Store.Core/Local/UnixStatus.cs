using System.Runtime.InteropServices;

namespace GlanceStore;

/// <summary>struct statx of linux/stat.h, which is the same on every architecture; only the fields that are read here.</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
internal struct UnixStatus
{
    private const ushort KindMask = 0xF000;
    private const ushort CharacterDevice = 0x2000;
    private const ushort Directory = 0x4000;
    private const ushort Regular = 0x8000;
    private const ushort Socket = 0xC000;
    private const ushort StickyBit = 0x200;
    private const int BytesOfBlock = 512;
    private const ulong Immutable = 0x10;
    private const ulong AppendOnly = 0x20;
    private const ulong MountRoot = 0x2000;

    [FieldOffset(8)]
    private ulong _attributes;

    [FieldOffset(20)]
    private uint _owner;

    [FieldOffset(24)]
    private uint _group;

    [FieldOffset(28)]
    private ushort _mode;

    [FieldOffset(32)]
    private ulong _inode;

    [FieldOffset(48)]
    private long _blocks;

    [FieldOffset(136)]
    private uint _deviceMajor;

    [FieldOffset(140)]
    private uint _deviceMinor;

    public readonly uint Owner => _owner;

    public readonly uint Group => _group;

    /// <summary>How many bytes of the disk it takes: of a sparse file fewer than it is long.</summary>
    public readonly long AllocatedBytes => _blocks * BytesOfBlock;

    public readonly bool IsRegular => (_mode & KindMask) == Regular;

    public readonly bool IsDirectory => (_mode & KindMask) == Directory;

    public readonly bool IsCharacterDevice => (_mode & KindMask) == CharacterDevice;

    public readonly bool IsSocket => (_mode & KindMask) == Socket;

    public readonly bool IsSticky => (_mode & StickyBit) != 0;

    /// <summary>What is read, written and executed by whom, without the bits that lend an identity.</summary>
    public readonly UnixFileMode Permissions => (UnixFileMode)(_mode & 0b111_111_111);

    /// <summary>Whether something is mounted there. Kernels before 5.8 do not tell.</summary>
    public readonly bool IsMountPoint => (_attributes & MountRoot) != 0;

    /// <summary>Whether its attributes (chattr) keep it from being replaced.</summary>
    public readonly bool IsProtected => (_attributes & (Immutable | AppendOnly)) != 0;

    public readonly bool IsSameAs(in UnixStatus other) =>
        _inode == other._inode && _deviceMajor == other._deviceMajor && _deviceMinor == other._deviceMinor;
}
