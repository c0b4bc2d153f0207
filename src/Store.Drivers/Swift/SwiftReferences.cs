namespace GlanceStore.Drivers.Swift;

/// <summary>The accounts of a store by name: the sections of a file, or the one of the options.</summary>
internal sealed class SwiftReferences
{
    private readonly Dictionary<string, SwiftIdentity> _accounts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<string>> _mistakes = new(StringComparer.Ordinal);

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
        var sections = new Dictionary<string, Dictionary<string, string>>(StringComparer.Ordinal);
        Dictionary<string, string>? section = null;
        var name = "";
        foreach (var line in File.ReadLines(path).Select(line => line.Trim()))
        {
            if (line.Length == 0 || line[0] is '#' or ';')
            {
                continue;
            }

            if (line[0] == '[' && line[^1] == ']')
            {
                name = line[1..^1].Trim();
                section = sections.TryGetValue(name, out var known) ? known : sections[name] = new(StringComparer.OrdinalIgnoreCase);
            }
            else
            {
                references.Take(section, name, line);
            }
        }

        foreach (var (reference, values) in sections)
        {
            references.Add(reference, values, version);
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

        return _accounts.ContainsKey(name) ? [] : [$"there is no section [{name}]"];
    }

    private void Take(Dictionary<string, string>? section, string name, string line)
    {
        var end = line.AsSpan().IndexOfAny('=', ':');
        if (section is null || end <= 0)
        {
            Mistake(name, "a line is not NAME = VALUE"); // the line may be half a key
            return;
        }

        var key = line[..end].Trim();
        var value = line[(end + 1)..].Trim();
        if (value is ['"' or '\'', ..])
        {
            if (value.Length == 1 || value[^1] != value[0])
            {
                Mistake(name, $"the quotes around '{key}' are not closed");
                return;
            }

            value = value[1..^1];
        }

        section[key] = value;
    }

    private void Add(string name, Dictionary<string, string> values, SwiftAuthVersion version)
    {
        var identity = new SwiftIdentity
        {
            AuthAddress = values.GetValueOrDefault("auth_address", ""),
            Version = values.TryGetValue("auth_version", out var text) && SwiftDriverOptions.VersionOf(text) is { } own ? own : version,
            User = values.GetValueOrDefault("user"),
            Key = values.GetValueOrDefault("key"),
            ApplicationCredentialId = values.GetValueOrDefault("application_credential_id"),
            ApplicationCredentialSecret = values.GetValueOrDefault("application_credential_secret"),
            UserDomainId = values.GetValueOrDefault("user_domain_id"),
            UserDomainName = values.GetValueOrDefault("user_domain_name"),
            ProjectDomainId = values.GetValueOrDefault("project_domain_id"),
            ProjectDomainName = values.GetValueOrDefault("project_domain_name"),
        };
        foreach (var mistake in identity.Mistakes())
        {
            Mistake(name, mistake);
        }

        if (!_mistakes.ContainsKey(name))
        {
            _accounts.Add(name, identity);
        }
    }

    private void Mistake(string section, string mistake)
    {
        if (!_mistakes.TryGetValue(section, out var mistakes))
        {
            _mistakes[section] = mistakes = [];
        }

        mistakes.Add(mistake);
    }
}
