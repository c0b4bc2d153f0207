using System.Reflection;
using Microsoft.Extensions.DependencyInjection;

namespace GlanceStore.ImageService.Tests;

/// <summary>The names of the settings, which scripts rely on.</summary>
[TestClass]
public sealed class SettingsTests
{
    [TestMethod]
    public async Task The_settings_have_the_names_that_scripts_rely_on()
    {
        await using var service = ServiceHost.Build(
        [
            "--ImageService:Database=Host=db;Database=images", "--ImageService:Auth:Mode=keystone", "--ImageService:Auth:Keystone:Url=https://keystone.example.org:5000",
            "--ImageService:Auth:Keystone:Username=u", "--ImageService:Auth:Keystone:Password=p", "--ImageService:Auth:Keystone:Project=x", "--ImageService:Auth:Keystone:UserDomain=d",
            "--ImageService:Auth:Keystone:ProjectDomain=e", "--ImageService:Auth:Tokens:0:Token=t", "--ImageService:Auth:Tokens:0:Project=y", "--ImageService:Inspection=report",
            "--ImageService:Conversion=raw", "--ImageService:Events:RabbitMq:Url=amqp://rabbit.example.org/", "--ImageService:Quotas:Tags=7",
            "--GlanceStore:Stores:m:Type=file", $"--GlanceStore:Stores:m:Directory={Path.GetTempPath()}", "--Logging:LogLevel:Default=None",
        ]);
        var options = service.Services.GetRequiredService<ServiceOptions>();
        var keystone = options.Auth.Keystone;
        Assert.AreEqual("Host=db;Database=images", options.Database);
        Assert.AreEqual((AuthMode.Keystone, "t", "y"), (options.Auth.Mode, options.Auth.Tokens[0].Token, options.Auth.Tokens[0].Project));
        Assert.AreEqual(("https://keystone.example.org:5000", "u", "p"), (keystone.Url, keystone.Username, keystone.Password));
        Assert.AreEqual(("x", "d", "e"), (keystone.Project, keystone.UserDomain, keystone.ProjectDomain));
        Assert.AreEqual((InspectionMode.Report, "raw", 7), (options.Inspection, options.Conversion, options.Quotas.Tags));
        Assert.AreEqual("amqp://rabbit.example.org/", options.Events.RabbitMq.Url);
    }

    [TestMethod]
    public async Task Every_setting_stands_in_the_file_that_lists_them()
    {
        var text = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "appsettings.json"));
        string[] missing = [.. NamesOf(typeof(ServiceOptions)).Where(name => !text.Contains($"\"{name}\":", StringComparison.Ordinal))];
        Assert.IsEmpty(missing, string.Join(", ", missing));
    }

    // What is in a list or a dictionary has names of its own, which are those of its type.
    private static IEnumerable<string> NamesOf(Type type) =>
        from property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
        where property.SetMethod is not null
        from name in OwnTypesOf(property.PropertyType).SelectMany(NamesOf).Prepend(property.Name)
        select name;

    private static IEnumerable<Type> OwnTypesOf(Type type) =>
        type.GetGenericArguments().Append(type).Where(part => part.Assembly == typeof(ServiceOptions).Assembly && !part.IsEnum);
}
