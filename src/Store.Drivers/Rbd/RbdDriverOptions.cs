namespace GlanceStore.Drivers.Rbd;

/// <summary>The settings of an RBD store. The defaults are those of a cluster that was made for glance.</summary>
public sealed partial record RbdDriverOptions
{
    /// <summary>The pool of the images, <c>pool</c> or <c>pool/namespace</c>; <c>images</c> by default (glance: <c>rbd_store_pool</c>).</summary>
    public string Pool { get; init; } = "images";

    /// <summary>The user without <c>client.</c>; null, the default, for the library's own choice (glance: <c>rbd_store_user</c>).</summary>
    public string? User { get; init; }

    /// <summary>
    /// The cluster's configuration file; null, the default, for the library's own search: <c>$CEPH_CONF</c>, then <c>/etc/ceph</c>
    /// (glance: <c>rbd_store_ceph_conf</c>). Its name without <c>.conf</c> is the cluster's, by which the keyring is found.
    /// </summary>
    public string? CephConf { get; init; }

    /// <summary>The pool of the images' data where it is another, an erasure-coded one above all; null, the default, for the same.</summary>
    public string? DataPool { get; init; }

    /// <summary>
    /// How many bytes an object of a new image has, rounded down to a power of two; 8 MiB by default (glance: <c>rbd_store_chunk_size</c>).
    /// </summary>
    public int ObjectBytes { get; init; } = 8 << 20;

    /// <summary>Whether stretches of zeros are left out, so that they take no room; false by default (glance: <c>rbd_thin_provisioning</c>).</summary>
    public bool ThinProvisioning { get; init; }

    /// <summary>How long connecting may take; 10 seconds by default (glance: <c>rados_connect_timeout</c>).</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long the cluster may take to answer one request; 30 seconds by default. Without an answer the request fails.</summary>
    public TimeSpan OperationTimeout { get; init; } = TimeSpan.FromSeconds(30);
}
