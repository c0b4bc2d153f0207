using static GlanceStore.GlanceOption;

namespace GlanceStore;

internal static partial class GlanceOptions
{
    private static IReadOnlyList<GlanceOption> Rbd =>
    [
        Used("rbd_store_chunk_size", ConfType.Number(1), "8", "ObjectBytes") with
        {
            Translate = text => [("ObjectBytes", Written((ConfType.NumberOf(text) ?? 0) << 20))],
            Remark = "the bytes of an object, in MiB, rounded down to a power of two, at most 32; chunks are as long as `ChunkBytes` says",
        },
        Used("rbd_store_pool", ConfType.Text, "images", "Pool"),
        Used("rbd_store_user", ConfType.Text, null, "User"),
        Used("rbd_store_ceph_conf", ConfType.Text, null, "CephConf"),
        Used("rados_connect_timeout", ConfType.Number(), "0", "ConnectTimeout") with
        {
            Translate = text => ConfType.NumberOf(text) is > 0 and var seconds ? [("ConnectTimeout", Written(seconds))] : [],
            KeepsOwnDefault = true,
            Remark = "seconds; 10 where it is not set, 0 or less",
        },
        Used("rbd_thin_provisioning", ConfType.Flag, "false", "ThinProvisioning"),
    ];
}
