namespace GlanceStore.Nbd.Protocol;

/// <summary>What the server offers and the client takes before there are options.</summary>
[Flags]
internal enum HandshakeFlags : uint
{
    None = 0,
    FixedNewstyle = 1,
    NoZeroes = 2,
}

/// <summary>What an export can do.</summary>
[Flags]
internal enum ExportFlags : ushort
{
    None = 0,
    HasFlags = 1 << 0,
    ReadOnly = 1 << 1,
    SendDontFragment = 1 << 7,
    CanMultiConnection = 1 << 8,
    SendCache = 1 << 10,
}

/// <summary>How a request is meant.</summary>
[Flags]
internal enum RequestFlags : ushort
{
    None = 0,
    ForceUnitAccess = 1 << 0,
    NoHole = 1 << 1,
    DontFragment = 1 << 2,
    OneExtent = 1 << 3,
    FastZero = 1 << 4,
}

/// <summary>What is known of an extent's bytes, in the context <c>base:allocation</c>.</summary>
[Flags]
internal enum ExtentFlags : uint
{
    None = 0,
    Hole = 1,
    Zero = 2,
}
