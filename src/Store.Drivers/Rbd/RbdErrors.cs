using GlanceStore.Drivers.Rbd.Native;

namespace GlanceStore.Drivers.Rbd;

/// <summary>The one mapping from the error numbers of librados and librbd to <see cref="StoreException"/>.</summary>
internal static class RbdErrors
{
    /// <summary>The error in the store's words; null for what passes through.</summary>
    public static StoreException? From(Exception e, string what) => e switch
    {
        CephException ceph => From(ceph, what),
        ObjectDisposedException => new StoreException(StoreError.Unavailable, $"{what} failed: the connection to the cluster was replaced.", e) { IsTransient = true },
        _ => null,
    };

    /// <summary>Whether the client is of no more use: the cluster has shut it out, and only a new one gets in.</summary>
    public static bool EndsClient(Exception e) => e is CephException { Errno: CephErrno.Shutdown or CephErrno.NotConnected };

    /// <summary>Whether a write failed because there is no room.</summary>
    public static bool IsNoSpace(CephException e) => e.Errno is CephErrno.NoSpace or CephErrno.Quota;

    /// <summary>Why a configuration cannot be used.</summary>
    public static StoreException FromConfiguring(CephException e, RbdDriverOptions options) => (e.Call, e.Errno) switch
    {
        ("rados_conf_read_file", CephErrno.NotFound) => Wrong(e, options.CephConf is { } path
            ? $"there is no configuration file {path}"
            : "there is no configuration file where the library looks: $CEPH_CONF, /etc/ceph/ceph.conf, ~/.ceph/config and ./ceph.conf; set CephConf"),
        ("rados_conf_read_file", _) => Wrong(e, $"the configuration file {options.CephConf ?? "of the cluster"} cannot be read: its text is not that of a ceph.conf"),
        _ => From(e, "Configuring the client of the cluster"),
    };

    /// <summary>Why no client could be made; what was asked of the cluster comes later.</summary>
    /// <param name="e">The failure.</param>
    /// <param name="options">What the store is.</param>
    /// <param name="keyring">Where its user's key was looked for.</param>
    /// <param name="monitors">The monitors of the configuration; empty where it names none.</param>
    public static StoreException FromConnecting(CephException e, RbdDriverOptions options, string keyring, string monitors) => (e.Call, e.Errno) switch
    {
        ("rados_connect", CephErrno.NotFound) when monitors.Length == 0 => Wrong(e, "its configuration names no monitor of the cluster; set mon_host in it"),
        ("rados_connect", CephErrno.TimedOut) => new StoreException(StoreError.Unavailable,
            $"No monitor of the cluster has answered within {options.ConnectTimeout.TotalSeconds:0.#} seconds: check mon_host, and whether they can be reached.", e) { IsTransient = true },
        ("rados_connect", CephErrno.AccessDenied or CephErrno.NotPermitted) => Refused(e, options, keyring, "its key is another one"),
        ("rados_connect", CephErrno.NotFound or CephErrno.NotSupported) => Refused(e, options, keyring, "there is no key for it"),
        ("rados_ioctx_create", CephErrno.NotFound) => Wrong(e, $"the cluster has no pool '{options.PoolParts.Name}'; make it, or set Pool"),
        _ => From(e, "Connecting to the cluster"),
    };

    private static StoreException From(CephException e, string what)
    {
        var (error, transient, why) = Meaning(e.Errno);
        return new StoreException(error, $"{what} failed: {why}.", e) { IsTransient = transient };
    }

    private static (StoreError Error, bool IsTransient, string Why) Meaning(int errno) => errno switch
    {
        CephErrno.NotFound => (StoreError.Unavailable, false, "the cluster no longer has what it is about"),
        CephErrno.Exists => (StoreError.AlreadyExists, false, "there is an image of that id already"),
        CephErrno.Busy or CephErrno.NotEmpty => (StoreError.InUse, false, "somebody has it open, or clones or snapshots hang on it"),
        CephErrno.NoSpace or CephErrno.Quota => (StoreError.OutOfSpace, false, "the pool is full, or its quota is used up"),
        CephErrno.NotPermitted or CephErrno.AccessDenied or CephErrno.ReadOnly =>
            (StoreError.AccessDenied, false, "the cluster does not let this user; check its capabilities, which are best 'profile rbd' for the monitors and the pool"),
        CephErrno.TimedOut => (StoreError.Stalled, true, "the cluster gave no answer in time"),
        CephErrno.Shutdown or CephErrno.NotConnected => (StoreError.Unavailable, true, "the cluster has shut this client out, which is replaced"),
        CephErrno.NameTooLong => (StoreError.InvalidLocation, false, "the image's name is too long for the cluster"),
        _ => (StoreError.Unavailable, false, $"the cluster answered with error number {errno}"),
    };

    private static StoreException Wrong(CephException e, string why) => new(StoreError.InvalidConfiguration, $"The RBD store cannot be used: {why}.", e);

    private static StoreException Refused(CephException e, RbdDriverOptions options, string keyring, string why) => new(StoreError.NotAuthenticated,
        $"The cluster does not accept the user '{options.User ?? "of the configuration"}': {why}; its key was looked for in {keyring}.", e);
}
