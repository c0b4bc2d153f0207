using static GlanceStore.GlanceOption;

namespace GlanceStore;

internal static partial class GlanceOptions
{
    private static IReadOnlyList<GlanceOption> Swift =>
    [
        Used("swift_store_auth_insecure", ConfType.Flag, "false", "CheckCertificate") with
        {
            Translate = text => [("CheckCertificate", ConfType.FlagOf(text) == true ? "false" : "true")],
        },
        Used("swift_store_cacert", ConfType.Text, null, "CaBundle"),
        Used("swift_store_region", ConfType.Text, null, "Region"),
        Used("swift_store_endpoint", ConfType.Text, null, "Endpoint"),
        Used("swift_store_endpoint_type", ConfType.Choice("publicURL", "adminURL", "internalURL"), "publicURL", "Interface"),
        Used("swift_store_service_type", ConfType.Text, "object-store", "ServiceType"),
        Used("swift_store_container", ConfType.Text, "glance", "Container"),
        Ignored("swift_store_large_object_size", ConfType.Number(1), "5120", "an image that is longer than a chunk is written in segments"),
        Ignored(
            "swift_store_large_object_chunk_size", ConfType.Number(1), "200",
            "the length of a segment follows from the image's size and `ChunkBytes`"),
        Used("swift_store_create_container_on_put", ConfType.Flag, "false", "CreateContainer"),
        Used("swift_store_multi_tenant", ConfType.Flag, "false", "MultiTenant"),
        Used("swift_store_multiple_containers_seed", ConfType.Number(0, 32), "0", "ContainersSeed"),
        Used("swift_store_admin_tenants", ConfType.List, null, "AdminTenants"),
        Ignored("swift_store_ssl_compression", ConfType.Flag, "true", "TLS of today does not compress"),
        Ignored(
            "swift_store_retry_get_count", ConfType.Number(0), "0",
            "a read that breaks goes on where it was, `MaxAttempts` times, or fails"),
        Used("swift_store_expire_soon_interval", ConfType.Number(0), "60", "RenewBefore"),
        Ignored("swift_store_use_trusts", ConfType.Flag, "true", "no trusts are made"),
        Ignored("swift_buffer_on_upload", ConfType.Flag, "false", "a segment is written again from memory"),
        Ignored("swift_upload_buffer_dir", ConfType.Text, null, "a segment is written again from memory"),
        Used("default_swift_reference", ConfType.Text, "ref1", "DefaultReference"),
        Used("swift_store_auth_version", ConfType.Choice("3", "1"), "3", "AuthVersion"),
        Used("swift_store_auth_address", ConfType.Text, null, "AuthAddress"),
        Used("swift_store_user", ConfType.Text, null, "User"),
        Used("swift_store_key", ConfType.Text, null, "Key"),
        Used("swift_store_application_credential_id", ConfType.Text, null, "ApplicationCredentialId"),
        Used("swift_store_application_credential_secret", ConfType.Text, null, "ApplicationCredentialSecret"),
        Ignored("swift_store_project_name", ConfType.Text, null, "an application credential has its own project"),
        Ignored("swift_store_project_id", ConfType.Text, null, "an application credential has its own project"),
        Used("swift_store_config_file", ConfType.Text, null, "ConfigFile"),
    ];
}
