namespace GlanceStore.Drivers.File;

// Linux's error numbers, by what they say.
internal static class Errno
{
    public const int NotPermitted = 1;
    public const int NoEntry = 2;
    public const int Interrupted = 4;
    public const int InputOutput = 5;
    public const int TryAgain = 11;
    public const int NoMemory = 12;
    public const int AccessDenied = 13;
    public const int Busy = 16;
    public const int Exists = 17;
    public const int OtherDevice = 18;
    public const int NotDirectory = 20;
    public const int IsDirectory = 21;
    public const int Invalid = 22;
    public const int SystemFiles = 23;
    public const int ProcessFiles = 24;
    public const int TooBig = 27;
    public const int NoSpace = 28;
    public const int ReadOnly = 30;
    public const int NameTooLong = 36;
    public const int NoSystemCall = 38;
    public const int TooManyLinks = 40;
    public const int NotSupported = 95;
    public const int TimedOut = 110;
    public const int HostDown = 112;
    public const int Stale = 116;
    public const int Quota = 122;
}
