using System.Net.Sockets;
using GlanceStore.Conformance;
using Npgsql;

namespace GlanceStore.ImageService.Tests;

/// <summary>Tests that are passed on both databases; what inherits them says which.</summary>
public abstract class DatabaseTests
{
    private protected RunningService Service { get; private set; } = null!;

    private protected ApiClient Client => Service.Client;

    [TestInitialize]
    public async Task StartAsync() => Service = await RunningService.StartAsync([.. await SettingsAsync(), .. Settings]);

    [TestCleanup]
    public async Task StopAsync()
    {
        if (Service is not null)
        {
            await Service.DisposeAsync();
        }

        await ForgetAsync();
    }

    /// <summary>What the tests of a class set beside the database.</summary>
    private protected virtual string[] Settings => [];

    /// <summary>The settings that name the database.</summary>
    private protected virtual Task<string[]> SettingsAsync() => Task.FromResult<string[]>([]);

    /// <summary>Removes the database.</summary>
    private protected virtual Task ForgetAsync() => Task.CompletedTask;
}

/// <summary>A database of its own on the PostgreSQL server of <c>tests/servers</c>, for one test.</summary>
internal sealed class PostgreSqlDatabase
{
    public static readonly int Port = int.Parse(
        Environment.GetEnvironmentVariable("GLANCESTORE_POSTGRESQL_PORT") is { Length: > 0 } port ? port : "18600", System.Globalization.CultureInfo.InvariantCulture);

    private string? _name;

    public async Task<string[]> CreateAsync()
    {
        await RequireAsync();
        var name = $"test_{Guid.NewGuid():N}";
        await ExecuteAsync($"CREATE DATABASE {name}");
        _name = name;
        return [$"ImageService:Database={ConnectionTo(name)}"];
    }

    public async Task DropAsync()
    {
        if (_name is not null)
        {
            await ExecuteAsync($"DROP DATABASE {_name} WITH (FORCE)");
        }
    }

    private static string ConnectionTo(string name) => $"Host=127.0.0.1;Port={Port};Username=glance;Database={name};Maximum Pool Size=40";

    private static async Task ExecuteAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(ConnectionTo("postgres") + ";Pooling=false");
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task RequireAsync()
    {
        try
        {
            using var socket = new TcpClient();
            await socket.ConnectAsync("127.0.0.1", Port);
        }
        catch (SocketException)
        {
            SkippedServers.Skip("postgresql", $"nothing listens at port {Port}; start it with tests/servers/postgresql/server start");
        }
    }
}
