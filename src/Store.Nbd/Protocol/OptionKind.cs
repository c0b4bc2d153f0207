namespace GlanceStore.Nbd.Protocol;

/// <summary>What a client may ask for before it reads.</summary>
internal enum OptionKind : uint
{
    ExportName = 1,
    Abort = 2,
    List = 3,
    StartTls = 5,
    Info = 6,
    Go = 7,
    StructuredReply = 8,
    ListMetaContext = 9,
    SetMetaContext = 10,
}

/// <summary>What an option is answered with.</summary>
internal enum OptionReplyKind : uint
{
    Acknowledged = 1,
    Server = 2,
    Info = 3,
    MetaContext = 4,
    Unsupported = Error + 1,
    Policy = Error + 2,
    Invalid = Error + 3,
    TlsRequired = Error + 5,
    Unknown = Error + 6,
    TooBig = Error + 9,

    /// <summary>The bit of all that are errors.</summary>
    Error = 1u << 31,
}

/// <summary>What can be told of an export.</summary>
internal enum InfoKind : ushort
{
    Export = 0,
    Name = 1,
    Description = 2,
    BlockSize = 3,
}
