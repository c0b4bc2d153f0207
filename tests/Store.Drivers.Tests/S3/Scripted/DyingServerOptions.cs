namespace GlanceStore.Drivers.S3.Scripted;

internal static class DyingServerOptions
{
    extension(DyingServer server)
    {
        public S3DriverOptions Options => new() { Endpoint = server.Endpoint, Bucket = "images", AccessKey = "AK", SecretKey = "SK", MinPartBytes = 1 };
    }
}
