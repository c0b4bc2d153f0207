using GlanceStore.Formats;

namespace GlanceStore.ImageService;

/// <summary>What an operator's <c>glance-api.conf</c> says of the service itself, as settings of ours. They stand behind all others.</summary>
internal sealed partial class GlanceConfSettings
{
    private readonly GlanceConf _conf;
    private readonly Dictionary<string, string?> _settings = [];
    private readonly List<string> _mistakes = [];
    private readonly List<string> _notes = [];

    private GlanceConfSettings(GlanceConf conf) => _conf = conf;

    /// <summary>Puts what the file says behind the settings there are.</summary>
    /// <returns>What the file asks for and is not here, a sentence each.</returns>
    /// <exception cref="InvalidOperationException">An option is not of its form; the message lists all that are not.</exception>
    public static IReadOnlyList<string> AddTo(ConfigurationManager configuration)
    {
        if (configuration[$"{ServiceOptions.Section}:{nameof(ServiceOptions.GlanceConf)}"] is not { Length: > 0 } file)
        {
            return [];
        }

        if (!File.Exists(file))
        {
            throw new InvalidOperationException($"GlanceConf names the file '{file}', which is not there.");
        }

        var read = new GlanceConfSettings(GlanceConf.Read([file]));
        read.ReadService();
        read.ReadFilters();
        read.ReadConversion(configuration);
        read.ReadAccounts(configuration);
        read.ReadMissed();
        if (read._mistakes.Count > 0)
        {
            throw new InvalidOperationException(string.Join(Environment.NewLine, read._mistakes.Distinct()));
        }

        ((IConfigurationBuilder)configuration).Sources.Insert(0, new Microsoft.Extensions.Configuration.Memory.MemoryConfigurationSource
        {
            InitialData = read._settings.Select(setting => KeyValuePair.Create($"{ServiceOptions.Section}:{setting.Key}", setting.Value)).ToArray(),
        });
        return read._notes;
    }

    public static void Log(ILogger logger, IReadOnlyList<string> notes)
    {
        foreach (var note in notes)
        {
            LogNote(logger, note);
        }
    }

    private void ReadService()
    {
        foreach (var option in GlanceConfOptions.OfTheService)
        {
            Read(option, option.Section, option.Setting);
        }

        // Glance cuts the one by the other.
        if (NumberOf("LargestPage") is { } most && most < (NumberOf("DefaultPage") ?? new ServiceOptions().DefaultPage))
        {
            _settings["DefaultPage"] = _settings["LargestPage"];
        }

        if (_settings.GetValueOrDefault("ImportMethods") is { } methods
            && ConfTexts.ItemsOf(methods).Except(ServiceOptions.KnownImportMethods).ToArray() is { Length: > 0 } unknown)
        {
            _notes.Add($"The option 'enabled_import_methods' names {string.Join(", ", unknown)}, which this service does not do.");
            _settings["ImportMethods"] = string.Join(", ", ConfTexts.ItemsOf(methods).Intersect(ServiceOptions.KnownImportMethods));
        }
    }

    // As glance has it: where a list of what is allowed is not empty, that of what is not allowed says nothing.
    private void ReadFilters()
    {
        foreach (var (what, setting, byDefault) in new[] { ("hosts", "Hosts", ""), ("ports", "Ports", "80, 443"), ("schemes", "Schemes", "http, https") })
        {
            var allowed = Find(GlanceConfOptions.Filtering, $"allowed_{what}") is { } set ? ConfTexts.List(set.Text)! : byDefault;
            var denied = Find(GlanceConfOptions.Filtering, $"disallowed_{what}") is { } not ? ConfTexts.List(not.Text)! : "";
            if (what == "schemes")
            {
                _settings["WebSchemes"] = allowed.Length > 0 ? allowed : string.Join(", ", ServiceOptions.KnownWebSchemes.Except(ConfTexts.ItemsOf(denied)));
            }
            else
            {
                // Empty too, which allows all: where it is not set, the service has a default of its own.
                _settings[$"WebDownload:Allowed{setting}"] = allowed;
                if (allowed.Length == 0 && denied.Length > 0)
                {
                    _settings[$"WebDownload:Denied{setting}"] = denied;
                }
            }
        }
    }

    // Glance's own default is qcow2. Where qemu-img, which makes it, may not run, the service goes on as before and says so.
    private void ReadConversion(IConfiguration configuration)
    {
        if (Find(GlanceConfOptions.Imports, "image_import_plugins") is not { } plugins || !ConfTexts.ItemsOf(plugins.Text).Contains(GlanceConfOptions.ConversionPlugin))
        {
            return;
        }

        var set = Find(GlanceConfOptions.ConversionPlugin, "output_format");
        var format = set?.Text ?? ImageFormat.Qcow2;
        if (format is not (ImageFormat.Qcow2 or ImageFormat.Raw or ImageFormat.Vmdk))
        {
            _mistakes.Add($"The option {set} is not one of qcow2, raw, vmdk.");
        }
        else if (format == ImageFormat.Raw || Has(configuration, $"{nameof(ServiceOptions.QemuImg)}:{nameof(QemuImgSettings.StagingDirectory)}"))
        {
            _settings[nameof(ServiceOptions.Conversion)] = format;
        }
        else if (!Has(configuration, nameof(ServiceOptions.Conversion)))
        {
            _notes.Add($"The option {plugins} asks for a conversion to {format}, which takes qemu-img: QemuImg:StagingDirectory names a folder for its files.");
        }
    }

    // An open service is nobody's mistake: only a flavor that is set and names no Keystone opens one that has a section for it.
    private void ReadAccounts(IConfiguration configuration)
    {
        var flavor = Find("paste_deploy", "flavor")?.Text;
        if (flavor is null ? Find(GlanceConfOptions.Keystone, "auth_url") is null && Find(GlanceConfOptions.Keystone, "auth_section") is null : !flavor.Contains("keystone", StringComparison.Ordinal))
        {
            return;
        }

        _settings["Auth:Mode"] = nameof(AuthMode.Keystone);
        var section = Find(GlanceConfOptions.Keystone, "auth_section")?.Text ?? GlanceConfOptions.Keystone;
        foreach (var option in GlanceConfOptions.OfKeystone)
        {
            // A domain that the settings name is not undone by the id that the file has.
            var setting = $"Auth:Keystone:{option.Setting}";
            if (!setting.EndsWith("DomainId", StringComparison.Ordinal) || configuration[$"{ServiceOptions.Section}:{setting[..^2]}"] is null)
            {
                Read(option, Has(option, section) ? section : option.Section, setting);
            }
        }
    }

    private void ReadMissed()
    {
        foreach (var missed in GlanceConfOptions.Missed)
        {
            if (Find(missed.Section, missed.Name) is { } option && missed.Matters(option.Text))
            {
                _notes.Add($"The option {option} changes nothing here: {missed.Reason}");
            }
        }
    }

    private static bool Has(IConfiguration configuration, string setting) => configuration[$"{ServiceOptions.Section}:{setting}"] is not null;

    private bool Has(GlanceServiceOption option, string section) => option.OlderNames.Prepend(option.Name).Any(name => Find(section, name) is not null);

    private void Read(GlanceServiceOption option, string section, string setting)
    {
        if (option.OlderNames.Prepend(option.Name).Select(name => Find(section, name)).FirstOrDefault(found => found is not null) is not { } set)
        {
            return;
        }

        if (option.Read(set.Text) is { } text)
        {
            _settings[setting] = text;
        }
        else
        {
            _mistakes.Add($"The option {set} is not {option.Expected}.");
        }
    }

    private GlanceConfOption? Find(string section, string name)
    {
        try
        {
            return _conf.Find(section, name);
        }
        catch (FormatException e)
        {
            _mistakes.Add(e.Message);
            return null;
        }
    }

    private int? NumberOf(string setting) =>
        _settings.GetValueOrDefault(setting) is { } text ? int.Parse(text, System.Globalization.CultureInfo.InvariantCulture) : null;

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Note}")]
    private static partial void LogNote(ILogger logger, string note);
}
