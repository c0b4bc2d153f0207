using System.CommandLine;
using System.Globalization;
using GlanceStore.Cache;

namespace GlanceStore.Cli.Commands;

/// <summary><c>cache</c>: the images on this host.</summary>
internal static class CacheCommand
{
    private static readonly Option<string?> Folder = new("--cache")
    {
        Description = "The cache's directory; $XDG_CACHE_HOME/glance-store, or ~/.cache/glance-store, by default.",
        HelpName = "DIR",
        Recursive = true,
    };

    private static readonly Option<string?> Most = new("--max-bytes")
    {
        Description = "The most that all images in it may take on the disk, such as 200GiB; those that were not used for longest go first.",
        HelpName = "BYTES",
        Recursive = true,
    };

    public static Command Create() => new("cache", "Keeps images on this host: verified, shared by processes, bounded.")
    {
        Folder,
        Most,
        CacheEnsureCommand.Create(),
        CacheListCommand.Create(),
        CacheVerifyCommand.Create(),
        CacheEvictCommand.Create(),
        CacheAdoptCommand.Create(),
    };

    /// <summary>Opens the cache that the arguments name, and the stores that its images come from.</summary>
    public static async Task<int> RunAsync(ParseResult arguments, Func<ImageCache, ImageStores, Task<ExitCode>> action, CancellationToken cancellationToken)
    {
        var options = new ImageCacheOptions
        {
            Directory = arguments.GetValue(Folder) ?? DefaultFolder(),
            MaxBytes = arguments.GetValue(Most) is { } most ? Texts.Amount("--max-bytes", most) : null,
        };
        await using var stores = await StoreConfiguration.OpenAsync(arguments, cancellationToken);
        await using var cache = await ImageCache.OpenAsync(stores, options, cancellationToken);
        return (int)await action(cache, stores);
    }

    /// <summary>An image as a cache is asked for it: by its receipt, or by its location and a digest.</summary>
    public static async Task<CacheSource> SourceAsync(ImageReference image, string? expectText, CancellationToken cancellationToken)
    {
        var expect = expectText is null ? null : Texts.Digest(expectText);
        if (image.Receipt is { } receipt)
        {
            return expect is null ? new CacheSource(receipt) { Locations = [image.Location] } : throw new UsageException("--expect goes with a location; a receipt says itself what to expect.");
        }

        if (expect is null)
        {
            throw new UsageException("An image is cached by its digest: give its receipt, or its digest with --expect.");
        }

        var found = await image.Store.FindAsync(image.Location, cancellationToken) ?? throw image.NotFound();
        return new CacheSource([image.Location], expect, found.Size);
    }

    /// <summary>An entry on one line: what it is of, how large it is, what it takes, and what is to be known of it, with tabs between them.</summary>
    public static string ToText(CachedEntry entry) => string.Join('\t',
        entry.Digest.ToString(),
        entry.Format ?? "as stored",
        entry.Size.ToString(CultureInfo.InvariantCulture),
        entry.AllocatedBytes.ToString(CultureInfo.InvariantCulture),
        entry.IsWhole ? "whole" : "in part",
        entry.IsLeased ? "in use" : "free",
        entry.LastUsed.ToString("O", CultureInfo.InvariantCulture));

    public static CachedJson ToJson(CachedEntry entry) =>
        new(entry.Digest.Algorithm, entry.Digest.Hex, entry.Format, entry.Size, entry.AllocatedBytes, entry.IsWhole, entry.IsLeased, entry.LastUsed);

    private static string DefaultFolder() => Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache && Path.IsPathRooted(cache)
        ? Path.Combine(cache, "glance-store")
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache", "glance-store");
}
