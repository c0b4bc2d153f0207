namespace GlanceStore.ComputeAgent;

/// <summary>What is wrong with the settings of the agent, one sentence each, told all at once before it starts.</summary>
internal static class AgentMistakes
{
    public static AgentOptions Read(IConfiguration configuration)
    {
        AgentOptions options;
        try
        {
            options = configuration.GetSection(AgentOptions.Section)
                .Get<AgentOptions>(binder => binder.ErrorOnUnknownConfiguration = true) ?? new AgentOptions();
        }
        catch (InvalidOperationException e)
        {
            throw new InvalidOperationException($"The section {AgentOptions.Section} is not of its form: {e.Message}", e);
        }

        string[] mistakes = [.. Of(options).Concat((options.Sources ?? []).SelectMany(OfSource)).Concat((options.Precache ?? []).SelectMany(OfPrecached))];
        return mistakes.Length == 0 ? options : throw new InvalidOperationException(string.Join(Environment.NewLine, mistakes));
    }

    private static IEnumerable<string> Of(AgentOptions options)
    {
        if (options.Downloads is < 1 or > 64)
        {
            yield return "Downloads is a number from 1 to 64.";
        }

        if (options.EventBacklog is < 1 or > 65536 || options.EventClients is < 1 or > 4096)
        {
            yield return "EventBacklog is a number from 1 to 65536, and EventClients from 1 to 4096.";
        }

        if (options.StopTimeout < TimeSpan.FromSeconds(1) || options.StopTimeout > TimeSpan.FromDays(1))
        {
            yield return "StopTimeout is a time from 00:00:01 to 1.00:00:00.";
        }

        if (options.Nbd is { } nbd && AgentFolders.ParseNbd(nbd) is null)
        {
            yield return "Nbd is unix:/PATH or 127.0.0.1:PORT: on other addresses everybody could read the images.";
        }

        if (options.Signatures.Certificates is { } certificates && !Directory.Exists(certificates))
        {
            yield return $"Signatures:Certificates is a directory of certificates, and there is no '{certificates}'.";
        }

        foreach (var mistake in options.Cache.ToCache("cache").Mistakes())
        {
            yield return $"In Cache, {mistake}.";
        }

        foreach (var mistake in options.Ceph.ToDriver()?.Mistakes() ?? [])
        {
            yield return $"In Ceph, {mistake}.";
        }

        if ((options.Sources ?? []).GroupBy(source => source.NameOrType, StringComparer.Ordinal).Any(same => same.Count() > 1))
        {
            yield return "Each of Sources has a Name of its own, and two have the same.";
        }
    }

    private static IEnumerable<string> OfSource(SourceOptions source)
    {
        if (source.Type == SourceKind.Receipts)
        {
            if (string.IsNullOrEmpty(source.Directory))
            {
                yield return $"The source '{source.NameOrType}' has the Directory that its receipts are in.";
            }
        }
        else if (!IsAddress(source.Url))
        {
            yield return $"The Url of the source '{source.NameOrType}' is an address such as http://images.example.org:9292, without a password in it.";
        }

        if (new object?[] { source.Token, source.TokenFile, source.Keystone }.Count(way => way is not null) > 1)
        {
            yield return $"The source '{source.NameOrType}' has a Token, a TokenFile or a Keystone, and not two of them.";
        }

        if (source.Keystone is { } account && (string.IsNullOrEmpty(account.Username) || string.IsNullOrEmpty(account.Password) || !IsAddress(account.Url)))
        {
            yield return $"The Keystone of the source '{source.NameOrType}' has a Username, a Password and a Url such as https://keystone.example.org:5000.";
        }

        if (source.Keystone?.CaFile is { } authorities && !File.Exists(authorities))
        {
            yield return $"Keystone:CaFile of the source '{source.NameOrType}' is a PEM file of certificates, and there is no '{authorities}'.";
        }

        if (source.Timeout < TimeSpan.FromMilliseconds(100) || source.Timeout > TimeSpan.FromMinutes(10))
        {
            yield return $"The Timeout of the source '{source.NameOrType}' is a time from 00:00:00.1 to 00:10:00.";
        }
    }

    private static bool IsAddress(string? text) => Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is ("http" or "https") && url.UserInfo.Length == 0;

    private static IEnumerable<string> OfPrecached(PrecachedImage image)
    {
        if (!ImageId.TryParse(image.Id, out _) || image.Format is not (null or "raw"))
        {
            yield return $"Each of Precache has the Id of an image, and perhaps the Format raw, which '{image.Id}' has not.";
        }
    }
}
