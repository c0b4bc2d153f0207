namespace GlanceStore.Drivers.Sftp;

/// <summary>What a server does where the protocol leaves it open, as far as it is known by now.</summary>
internal sealed class SftpHabits(bool? renameReplaces)
{
    /// <summary>The most that fits one answer, and what OpenSSH gives.</summary>
    public const int LongReadBytes = 64 << 10;

    /// <summary>What every server has to take.</summary>
    public const int PlainBytes = 32 << 10;

    private const int Unknown = -1;

    private volatile int _renameReplaces = renameReplaces is { } known ? Convert.ToInt32(known) : Unknown;
    private volatile int _sharesOver = Unknown;
    private volatile int _readBytes = Unknown;
    private volatile bool _opensSeveral;
    private volatile bool _opensOne;

    /// <summary>Whether a rename replaces what has the name; null where nobody knows.</summary>
    public bool? RenameReplaces
    {
        get => _renameReplaces == Unknown ? null : _renameReplaces != 0;
        set => _renameReplaces = value is { } known ? Convert.ToInt32(known) : Unknown;
    }

    /// <summary>Over how many connections the handles of one file share what is written through them: 0 for not even over one, null where nobody knows.</summary>
    public int? SharesOver
    {
        get => _sharesOver == Unknown ? null : _sharesOver;
        set => _sharesOver = value ?? Unknown;
    }

    /// <summary>How many bytes a request to read asks for; null where nobody knows whether the server takes long ones.</summary>
    public int? ReadBytes
    {
        get => _readBytes == Unknown ? null : _readBytes;
        set => _readBytes = value ?? Unknown;
    }

    /// <summary>Whether several files or handles were open on one connection already.</summary>
    public bool OpensSeveral
    {
        get => _opensSeveral;
        set => _opensSeveral = value;
    }

    /// <summary>Whether the server opened one handle of a file and no second.</summary>
    public bool OpensOne
    {
        get => _opensOne;
        set => _opensOne = value;
    }

    /// <summary>Whether a file may be written through handles on so many connections.</summary>
    public bool Shares(int connections) => _sharesOver >= connections;

    /// <summary>Whether it is known if it may.</summary>
    public bool KnowsSharing(int connections) => _sharesOver == 0 || _sharesOver >= connections;
}
