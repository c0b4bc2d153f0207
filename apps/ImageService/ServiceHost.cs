using GlanceStore.ImageService.Accounts;
using GlanceStore.ImageService.Checking;
using GlanceStore.ImageService.Conversion;
using GlanceStore.ImageService.Database;
using GlanceStore.ImageService.Events;
using GlanceStore.ImageService.Http;
using GlanceStore.ImageService.Images;
using GlanceStore.ImageService.Imports;
using GlanceStore.ImageService.Listing;
using GlanceStore.ImageService.Sharing;
using GlanceStore.ImageService.Signatures;
using GlanceStore.ImageService.Telemetry;
using GlanceStore.ImageService.Transfers;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging.Console;

namespace GlanceStore.ImageService;

/// <summary>Puts the service together.</summary>
internal static class ServiceHost
{
    private const string UsageOfService =
        """
        image-service [--config FILE] [--NAME:OF:SETTING VALUE ...]

        Serves OpenStack's Image API v2, on http://127.0.0.1:9292 where nothing else is said, until it is told to end.
          --config   a JSON file of settings, which stands before appsettings.json beside the program; that one lists every setting
        Environment variables (ImageService__Auth__Mode) and arguments (--ImageService:Auth:Mode static) stand before both.
        """;

    private const string DefaultAddress = "http://127.0.0.1:9292";

    // What a request may have in its body where its route says nothing: none takes any.
    private const long LargestIdleBody = 64 << 10;

    // What a client may be ahead of its upload, or behind its download, which waits in the server's buffers.
    private const int LargestBacklog = 256 << 10;

    /// <summary>How it is called.</summary>
    public static string Usage => $"{UsageOfService}{Environment.NewLine}{Environment.NewLine}{CheckCommand.Usage}";

    /// <summary>The service with its stores, whose mistakes would else be told by its start.</summary>
    /// <inheritdoc cref="Build"/>
    public static WebApplication Prepare(string[] arguments)
    {
        var service = Build(arguments);
        _ = service.Services.GetRequiredService<ImageStores>();
        return service;
    }

    /// <summary>The service, ready to run.</summary>
    /// <param name="arguments">Settings as <c>--Name:Of:Setting value</c>; <c>--config FILE</c> names a file of more.</param>
    /// <exception cref="InvalidOperationException">A setting is wrong; the message lists all that are.</exception>
    public static WebApplication Build(string[] arguments)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = arguments, ContentRootPath = AppContext.BaseDirectory });
        AddFile(builder.Configuration, arguments);
        // That it does not start is told in one sentence, and not with a stack trace beside it.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical);
        var notes = GlanceConfSettings.AddTo(builder.Configuration);
        var options = ServiceMistakes.Read(builder.Configuration);
        AddServer(builder, options);
        AddServices(builder, options);
        AddSystemd(builder);
        builder.Services.AddTelemetry(builder.Configuration, options.Telemetry);
        var app = builder.Build();
        GlanceConfSettings.Log(app.Logger, notes);
        app.UseRequestIds();
        app.UseMiddleware<ErrorPages>();
        app.UseAccounts();
        Routes.Map(app);
        return app;
    }

    // Environment and arguments stand before the file, as they do before appsettings.json.
    private static void AddFile(ConfigurationManager configuration, string[] arguments)
    {
        if (configuration["config"] is { } file)
        {
            configuration.AddJsonFile(Path.GetFullPath(file), optional: false).AddEnvironmentVariables().AddCommandLine(arguments);
        }
    }

    private static void AddServer(WebApplicationBuilder builder, ServiceOptions options)
    {
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = LargestIdleBody;
            kestrel.Limits.MaxRequestBufferSize = LargestBacklog; // over TLS, beside that of the sockets
            kestrel.Limits.MaxResponseBufferSize = LargestBacklog;

            // A body that gives nothing is given up by the upload that reads it, as is a slow one whose memory others wait for.
            kestrel.Limits.MinRequestBodyDataRate = null;
        });
        builder.WebHost.UseSockets(sockets => (sockets.MaxReadBufferSize, sockets.MaxWriteBufferSize) = (LargestBacklog, LargestBacklog));
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = options.StopTimeout);
        var configuration = builder.Configuration;
        if (configuration["urls"] is null && configuration["http_ports"] is null && configuration["https_ports"] is null && !configuration.GetSection("Kestrel:Endpoints").Exists())
        {
            builder.WebHost.UseUrls(DefaultAddress);
        }
    }

    // Started by systemd it says when it is ready and when it stops, and logs in the journal's form, unless the configuration says how.
    private static void AddSystemd(WebApplicationBuilder builder)
    {
        builder.Services.AddSystemd();
        if (builder.Configuration["Logging:Console:FormatterName"] is { } formatter)
        {
            builder.Services.Configure<ConsoleLoggerOptions>(console => console.FormatterName = formatter);
        }
    }

    private static void AddServices(WebApplicationBuilder builder, ServiceOptions options)
    {
        var services = builder.Services;
        services.AddSingleton(options);
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<IMemoryPoolFactory<byte>, LargeBlocks>();
        services.AddSingleton<Outbox>();
        services.AddSingleton(provider => ServiceDatabase.Of(options.Database, provider.GetRequiredService<Outbox>()));
        services.AddStores(builder.Configuration, options);
        services.AddSingleton<KeystoneClient>();
        services.AddSingleton<IAuthentication>(provider => options.Auth.Mode switch
        {
            AuthMode.Static => new StaticTokens(options.Auth),
            AuthMode.Keystone => ActivatorUtilities.CreateInstance<KeystoneTokens>(provider),
            _ => new NoAccounts(),
        });
        services.AddSingleton<ImageJson>().AddSingleton<ImageList>().AddSingleton<ImageCreation>().AddSingleton<ImageChanges>().AddSingleton<ImageTags>()
            .AddSingleton<ImageMembers>().AddSingleton<ImageUploads>().AddSingleton<UploadRecords>().AddSingleton<ImageDownloads>()
            .AddSingleton<ImageRemoval>().AddSingleton<DataRemoval>().AddSingleton<Recovery>()
            .AddSingleton<ForeignData>().AddSingleton<GivenPlaces>().AddSingleton<LocationReceipts>().AddSingleton<LocationChanges>();
        services.AddSingleton<StagingArea>().AddSingleton<ImageImports>().AddSingleton<TaskList>().AddSingleton<TaskCreation>().AddSingleton<ImportRecords>().AddSingleton<ImportSources>()
            .AddSingleton<ImportRun>().AddSingleton<ImportWorkers>();
        services.AddSingleton<DiskConversion>().AddSingleton<ConversionRecords>().AddSingleton<ConversionRun>().AddSingleton<ConversionRequests>();
        services.AddSingleton<ImageSignatures>().AddSingleton<BarbicanClient>();
        services.AddSingleton(provider => new Certificates(
            options, options.Signatures.Barbican is null ? null : provider.GetRequiredService<BarbicanClient>(), provider.GetRequiredService<ILogger<Certificates>>()));
        services.AddEvents(options.Events);
        services.AddHostedService<DatabaseAtStart>();

        // They end in the reverse order: what the others still tell is delivered.
        services.AddHostedService<EventDelivery>();
        services.AddHostedService(provider => provider.GetRequiredService<Recovery>());
        services.AddHostedService(provider => provider.GetRequiredService<ImportWorkers>());
        services.AddHostedService(provider => provider.GetRequiredService<DamageReports>());
    }
}
