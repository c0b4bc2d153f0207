using System.CommandLine;
using System.Text;
using System.Text.Json;
using GlanceStore.Drivers.Azure;
using GlanceStore.Drivers.File;
using GlanceStore.Drivers.Http;
using GlanceStore.Drivers.Rbd;
using GlanceStore.Drivers.S3;
using GlanceStore.Drivers.Sftp;
using GlanceStore.Drivers.Swift;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace GlanceStore.Cli;

/// <summary>Opens the stores of a configuration file, or the one file store that there is without one.</summary>
internal static class StoreConfiguration
{
    private const string SectionName = "GlanceStore";
    private const string DefaultStore = "local";

    // A configuration is many files, each of which may be a pipe that nobody writes to.
    private const long MaxConfigurationBytes = 64L << 20;

    public static async Task<ImageStores> OpenAsync(ParseResult arguments, CancellationToken cancellationToken) =>
        await OpenAsync(arguments, await GlanceConfOfAsync(arguments, cancellationToken), cancellationToken);

    /// <summary>Opens the stores of a configuration of OpenStack's that is read already.</summary>
    public static async Task<ImageStores> OpenAsync(ParseResult arguments, GlanceConf? conf, CancellationToken cancellationToken)
    {
        var path = arguments.GetValue(CommandLine.Config);
        if (path is null && conf is null)
        {
            return BuildDefault();
        }

        // What a configuration names, certificates for one, may be pipes.
        var section = path is null ? null : await SectionOfAsync(path, cancellationToken);
        return await Interruptible.RunAsync(() => Build(section, conf), cancellationToken);
    }

    private static ImageStores BuildDefault()
    {
        var directory = DefaultDirectory();
        var builder = new GlanceStoreBuilder();
        builder.AddFile(DefaultStore, options => options with { Directory = directory });
        return builder.Build();
    }

    private static ImageStores Build(IConfiguration? section, GlanceConf? conf)
    {
        var builder = new GlanceStoreBuilder();
        builder.AddAzure();
        builder.AddFile();
        builder.AddHttp();
        builder.AddS3();
        builder.AddRbd();
        builder.AddSftp();
        builder.AddSwift();
        return (conf is null ? builder.AddConfiguration(section!) : builder.AddGlanceConf(conf)).Build();
    }

    /// <summary>The configuration of OpenStack's that was named; null where none was.</summary>
    public static async Task<GlanceConf?> GlanceConfOfAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var files = arguments.GetValue(CommandLine.GlanceConf) ?? [];
        var directories = arguments.GetValue(CommandLine.GlanceConfDirectory) ?? [];
        if (files.Length + directories.Length == 0)
        {
            return null;
        }

        if (files.Contains("") || directories.Contains(""))
        {
            throw new UsageException("--glance-conf is the name of a file and --config-dir that of a folder, and one of them is empty.");
        }

        return arguments.GetValue(CommandLine.Config) is null
            ? await Interruptible.RunAsync(() => GlanceConf.Read(files, directories), cancellationToken)
            : throw new UsageException("--config and --glance-conf are two configurations; name one of them.");
    }

    private static async Task<IConfiguration> SectionOfAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            var text = await NamedText.ReadAsync(path, MaxConfigurationBytes, cancellationToken);
            using var file = new MemoryStream(Encoding.UTF8.GetBytes(text));
            var root = new ConfigurationBuilder().AddJsonStream(file).Build();
            var section = root.GetSection(SectionName);
            return section.Exists() ? section : root;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new UsageException($"The configuration '{path}' cannot be read: {Texts.ReasonOf(e, path)}", e);
        }
        catch (JsonException e)
        {
            // Its message counts lines from 0 and bytes in them.
            var reason = e.Message.Split(" LineNumber:")[0];
            throw new UsageException($"The configuration '{path}' is not JSON of that form (line {e.LineNumber + 1}): {reason}", e);
        }
        catch (Exception e) when (e is FormatException or InvalidDataException)
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
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify), ".local", "share", "glance-store");
    }
}
