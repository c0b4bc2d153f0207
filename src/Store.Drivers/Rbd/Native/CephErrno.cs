namespace GlanceStore.Drivers.Rbd.Native;

/// <summary>The error numbers of Linux that librados and librbd return, negated.</summary>
internal static class CephErrno
{
    public const int NotPermitted = 1;
    public const int NotFound = 2;
    public const int AccessDenied = 13;
    public const int Busy = 16;
    public const int Exists = 17;
    public const int CrossDevice = 18;
    public const int Invalid = 22;
    public const int NoSpace = 28;
    public const int ReadOnly = 30;
    public const int Range = 34;
    public const int NameTooLong = 36;
    public const int NotEmpty = 39;
    public const int NoData = 61;
    public const int NotSupported = 95;
    public const int NotConnected = 107;
    public const int Shutdown = 108;
    public const int TimedOut = 110;
    public const int Unclean = 117;
    public const int Quota = 122;
    public const int Cancelled = 125;
}
