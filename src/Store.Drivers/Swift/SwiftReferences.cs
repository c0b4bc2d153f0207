namespace GlanceStore.Drivers.Swift;

/// <summary>The accounts of a store by name: the sections of a file, or the one of the options.</summary>
internal sealed class SwiftReferences
{
    private readonly Dictionary<string, SwiftIdentity> _accounts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<string>> _mistakes = new(StringComparer.Ordinal);
    private readonly List<string> _mistakesOfFile = [];

    private SwiftReferences()
    {
    }

    public IEnumerable<KeyValuePair<string, SwiftIdentity>> All => _accounts;

    /// <summary>An account, or null where there is none of that name.</summary>
    public SwiftIdentity? this[string name] => _accounts.GetValueOrDefault(name);

    public static SwiftReferences Of(string name, SwiftIdentity identity)
    {
        var references = new SwiftReferences();
        references._accounts.Add(name, identity);
        return references;
    }

    /// <summary>Reads a file as OpenStack's library does: a section an account, values in quotes or not.</summary>
    public static SwiftReferences Read(string path, SwiftAuthVersion version)
    {
        var references = new SwiftReferences();
        var config = PythonConfig.Read(File.ReadLines(path));
        references._mistakesOfFile.AddRange(config.MistakesOf(""));
        foreach (var section in config.Sections)
        {
            references.Add(section, config, version);
        }

        return references;
    }

    /// <summary>What is wrong with an account, one sentence each that names its section.</summary>
    public IEnumerable<string> MistakesOf(string name)
    {
        if (_mistakes.TryGetValue(name, out var mistakes))
        {
            return mistakes.Select(mistake => $"in the section [{name}] {mistake}");
        }

        return _accounts.ContainsKey(name) ? [] : [$"there is no section [{name}]", .. _mistakesOfFile];
    }

    private void Add(string name, PythonConfig config, SwiftAuthVersion version)
    {
        var mistakes = config.MistakesOf(name).ToList();
        var identity = new SwiftIdentity
        {
            AuthAddress = Text("auth_address") ?? "",
            Version = Text("auth_version") is { } text ? VersionOf(text) : version,
            User = Text("user"),
            Key = Text("key"),
            ApplicationCredentialId = Text("application_credential_id"),
            ApplicationCredentialSecret = Text("application_credential_secret"),
            UserDomainId = Text("user_domain_id"),
            UserDomainName = Text("user_domain_name"),
            ProjectDomainId = Text("project_domain_id"),
            ProjectDomainName = Text("project_domain_name"),
        };
        mistakes.AddRange(mistakes.Count > 0 ? [] : identity.Mistakes()); // what cannot be read is no second mistake
        if (mistakes.Count > 0)
        {
            _mistakes[name] = mistakes;
            return;
        }

        _accounts.Add(name, identity);

        string? Text(string option)
        {
            var value = config.Text(name, option, out var mistake);
            if (mistake is not null)
            {
                mistakes.Add(mistake);
            }

            return value;
        }

        SwiftAuthVersion VersionOf(string text)
        {
            var own = SwiftDriverOptions.VersionOf(text);
            if (own is null)
            {
                mistakes.Add("'auth_version' is neither 1 (tempauth) nor 3 (Keystone)");
            }

            return own ?? version;
        }
    }
}
