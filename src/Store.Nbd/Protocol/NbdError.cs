namespace GlanceStore.Nbd.Protocol;

/// <summary>Why a request failed; the protocol's numbers are Linux's.</summary>
internal enum NbdError : uint
{
    None = 0,
    NotPermitted = 1,
    InputOutput = 5,
    Invalid = 22,
}
