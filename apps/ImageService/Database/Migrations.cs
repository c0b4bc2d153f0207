namespace GlanceStore.ImageService.Database;

/// <summary>The schema, one step after the other, the same for both databases: texts and whole numbers only.</summary>
/// <remarks>Times are microseconds since 1970, truths 0 and 1. A step that was published is never changed; another one follows it.</remarks>
internal static class Migrations
{
    private static readonly string[] Steps =
    [
        """
        CREATE TABLE images (
            id {text} PRIMARY KEY, name {text}, status {text} NOT NULL, visibility {text} NOT NULL, owner {text},
            disk_format {text}, container_format {text}, size BIGINT, virtual_size BIGINT,
            checksum {text}, os_hash_algo {text}, os_hash_value {text},
            min_disk BIGINT NOT NULL, min_ram BIGINT NOT NULL, protected BIGINT NOT NULL, os_hidden BIGINT NOT NULL,
            created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
            status_before {text}, upload_id {text}, upload_store {text}, lease_until BIGINT, staged {text});
        CREATE INDEX images_by_age ON images (created_at, id);
        CREATE INDEX images_by_name ON images (name);
        CREATE INDEX images_by_name_order ON images (COALESCE(name, ''), created_at, id);
        CREATE INDEX images_by_owner ON images (owner, created_at, id);
        CREATE INDEX images_at_work ON images (status) WHERE status IN ('saving', 'uploading', 'importing', 'pending_delete');
        CREATE INDEX images_staged ON images (id) WHERE staged IS NOT NULL;
        CREATE TABLE image_properties (
            image_id {text} NOT NULL REFERENCES images (id) ON DELETE CASCADE, name {text} NOT NULL, value {text},
            PRIMARY KEY (image_id, name));
        CREATE INDEX image_properties_by_name ON image_properties (name, image_id);
        CREATE TABLE image_tags (
            image_id {text} NOT NULL REFERENCES images (id) ON DELETE CASCADE, value {text} NOT NULL,
            PRIMARY KEY (image_id, value));
        CREATE INDEX image_tags_by_value ON image_tags (value, image_id);
        CREATE TABLE image_members (
            image_id {text} NOT NULL REFERENCES images (id) ON DELETE CASCADE, member {text} NOT NULL, status {text} NOT NULL,
            created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
            PRIMARY KEY (image_id, member));
        CREATE INDEX image_members_by_member ON image_members (member, status);
        CREATE TABLE image_locations (
            image_id {text} NOT NULL REFERENCES images (id) ON DELETE CASCADE, position BIGINT NOT NULL,
            store {text} NOT NULL, url {text} NOT NULL, account {text}, status {text} NOT NULL, receipt {text} NOT NULL,
            PRIMARY KEY (image_id, position), UNIQUE (image_id, store));
        CREATE INDEX image_locations_to_remove ON image_locations (image_id) WHERE status = 'pending_delete';
        CREATE TABLE tasks (
            id {text} PRIMARY KEY, image_id {text} NOT NULL REFERENCES images (id) ON DELETE CASCADE, status {text} NOT NULL,
            owner {text}, user_id {text}, request_id {text}, input {text} NOT NULL, message {text} NOT NULL,
            created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL, expires_at BIGINT,
            claimed_by {text}, lease_until BIGINT, attempts BIGINT NOT NULL);
        CREATE UNIQUE INDEX tasks_one_at_a_time ON tasks (image_id) WHERE status IN ('pending', 'processing');
        CREATE INDEX tasks_by_image ON tasks (image_id, created_at);
        CREATE INDEX tasks_by_age ON tasks (created_at, id);
        CREATE INDEX tasks_to_do ON tasks (created_at) WHERE status IN ('pending', 'processing')
        """,

        // Data are one image's, but for what is fetched from the web and never deleted there.
        """
        CREATE UNIQUE INDEX image_locations_of_one ON image_locations (url, COALESCE(account, '')) WHERE url < 'http' OR url >= 'httq';
        ALTER TABLE images ADD COLUMN id_given BIGINT NOT NULL DEFAULT 0
        """,

        // A store has an image's data before a conversion and after it at the same time: 'converting' until they are the image's, 'discarded' until they are removed.
        """
        CREATE TABLE image_places (
            image_id {text} NOT NULL REFERENCES images (id) ON DELETE CASCADE, position BIGINT NOT NULL,
            store {text} NOT NULL, url {text} NOT NULL, account {text}, status {text} NOT NULL, receipt {text} NOT NULL,
            PRIMARY KEY (image_id, position));
        INSERT INTO image_places SELECT image_id, position, store, url, account, status, receipt FROM image_locations;
        DROP TABLE image_locations;
        ALTER TABLE image_places RENAME TO image_locations;
        CREATE UNIQUE INDEX image_locations_one_of_a_store ON image_locations (image_id, store) WHERE status = 'active';
        CREATE UNIQUE INDEX image_locations_of_one ON image_locations (url, COALESCE(account, '')) WHERE url < 'http' OR url >= 'httq';
        CREATE INDEX image_locations_to_remove ON image_locations (image_id) WHERE status <> 'active';
        ALTER TABLE tasks ADD COLUMN type {text} NOT NULL DEFAULT 'api_image_import'
        """,
        """
        CREATE TABLE events (
            id {sequence}, destination {text} NOT NULL, image_id {text} NOT NULL, message_id {text} NOT NULL, event_type {text} NOT NULL, is_error BIGINT NOT NULL,
            message {text} NOT NULL, size BIGINT NOT NULL, created_at BIGINT NOT NULL, attempts BIGINT NOT NULL, not_before BIGINT);
        CREATE INDEX events_by_destination ON events (destination, id);
        CREATE INDEX events_put_off ON events (destination, image_id, id) WHERE not_before IS NOT NULL;
        CREATE TABLE event_destinations (destination {text} PRIMARY KEY, claimed_by {text} NOT NULL, lease_until BIGINT NOT NULL);
        """,

        // One at a time removes what is in a place: whoever came late would remove what has been stored there anew.
        """
        ALTER TABLE image_locations ADD COLUMN claimed_by {text};
        ALTER TABLE image_locations ADD COLUMN lease_until BIGINT
        """,

        // And of what was staged.
        """
        ALTER TABLE images ADD COLUMN cleaned_by {text};
        ALTER TABLE images ADD COLUMN cleaned_until BIGINT
        """,
    ];

    /// <summary>The schema that this program knows.</summary>
    public static int Version => Steps.Length;

    public static async Task<int> ApplyAsync(DbSession session, SqlDialect dialect)
    {
        await session.ExecuteAsync(dialect.BeforeMigration);
        await session.ExecuteAsync("CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL PRIMARY KEY)");
        var version = (int)(await session.FindAsync<long?>("SELECT MAX(version) FROM schema_version") ?? 0);
        if (version > Steps.Length)
        {
            throw new InvalidOperationException($"The database has version {version} of the schema and this service knows {Steps.Length}: it is older than the one that used it last.");
        }

        for (; version < Steps.Length; version++)
        {
            await session.ExecuteAsync(Steps[version].Replace("{text}", dialect.TextType, StringComparison.Ordinal)
                .Replace("{sequence}", dialect.SequenceType, StringComparison.Ordinal));
            await session.ExecuteAsync("INSERT INTO schema_version (version) VALUES (@version)", new { version = version + 1L });
        }

        return version;
    }
}
