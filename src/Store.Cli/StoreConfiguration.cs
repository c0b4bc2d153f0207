using System.Text.Json;
using GlanceStore.Drivers.Azure;
using GlanceStore.Drivers.File;
using GlanceStore.Drivers.Http;
using GlanceStore.Drivers.S3;
using GlanceStore.Drivers.Sftp;
using GlanceStore.Drivers.Swift;
using Microsoft.Extensions.Configuration;

namespace GlanceStore.Cli;

/// <summary>Opens the stores of a configuration file, or the one file store that there is without one.</summary>
internal static class StoreConfiguration
{
    private const string SectionName = "GlanceStore";
    private const string DefaultStore = "local";

    public static ImageStores Open(string? path)
    {
        var builder = new GlanceStoreBuilder();
        if (path is null)
        {
            var directory = DefaultDirectory();
            builder.AddFile(DefaultStore, options => options with { Directory = directory });
        }
        else
        {
            builder.AddAzure();
            builder.AddFile();
            builder.AddHttp();
            builder.AddS3();
            builder.AddSftp();
            builder.AddSwift();
            builder.AddConfiguration(SectionOf(path));
        }

        return builder.Build();
    }

    private static IConfiguration SectionOf(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            var root = new ConfigurationBuilder().AddJsonStream(file).Build();
            var section = root.GetSection(SectionName);
            return section.Exists() ? section : root;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"The configuration '{path}' cannot be read: {e.Message}", e);
        }
        catch (Exception e) when (e is FormatException or InvalidDataException or JsonException)
        {
            throw new UsageException($"The configuration '{path}' is not JSON of that form: {e.Message}", e);
        }
    }

    // The XDG base directory specification: a path that is not absolute counts as not set.
    private static string DefaultDirectory()
    {
        var data = Environment.GetEnvironmentVariable("XDG_DATA_HOME");
        return Path.IsPathRooted(data)
            ? Path.Combine(data, "glance-store")
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "share", "glance-store");
    }
}
