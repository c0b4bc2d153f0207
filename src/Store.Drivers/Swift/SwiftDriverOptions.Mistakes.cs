using GlanceStore.Drivers.Shared;

namespace GlanceStore.Drivers.Swift;

public sealed partial record SwiftDriverOptions
{
    private const int MostParallel = 1000;

    /// <summary>What is wrong with these options, one sentence each; empty where nothing is.</summary>
    public IReadOnlyList<string> Mistakes() => [.. AccountMistakes(), .. PlaceMistakes(), .. TransportMistakes()];

    internal SwiftReferences References() => ConfigFile is null
        ? SwiftReferences.Of(DefaultReference, new SwiftIdentity
        {
            AuthAddress = AuthAddress,
            Version = AuthVersion,
            User = User,
            Key = Key,
            ApplicationCredentialId = ApplicationCredentialId,
            ApplicationCredentialSecret = ApplicationCredentialSecret,
            UserDomainId = UserDomainId,
            UserDomainName = UserDomainName,
            ProjectDomainId = ProjectDomainId,
            ProjectDomainName = ProjectDomainName,
        })
        : SwiftReferences.Read(ConfigFile, AuthVersion);

    private IEnumerable<string> AccountMistakes()
    {
        if (MultiTenant)
        {
            return MultiTenantMistakes();
        }

        if (ConfigFile is null)
        {
            return References()[DefaultReference]!.Mistakes();
        }

        try
        {
            return References().MistakesOf(DefaultReference).Select(mistake => $"'ConfigFile' names {ConfigFile}: {mistake}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return [$"'ConfigFile' names {ConfigFile}, which cannot be read"];
        }
    }

    private IEnumerable<string> MultiTenantMistakes()
    {
        if (ConfigFile is not null)
        {
            yield return "'MultiTenant' and 'ConfigFile' exclude each other: each caller brings an account";
        }

        if (ContainersSeed != 0)
        {
            yield return "'MultiTenant' and 'ContainersSeed' exclude each other: each image has a container";
        }

        if (AuthAddress.Length == 0 && Endpoint is null)
        {
            yield return "'MultiTenant' needs 'AuthAddress', to look a caller's account up, or 'Endpoint'";
        }

        if (AuthAddress.Length > 0 && !SwiftIdentity.IsAddress(AuthAddress))
        {
            yield return "'AuthAddress' is not a URL such as https://keystone.example.org:5000/v3";
        }

        if (LegacyUris)
        {
            yield return "'MultiTenant' and 'LegacyUris' exclude each other: the store has no user";
        }
    }

    private IEnumerable<string> PlaceMistakes()
    {
        if (!SwiftContainers.IsName(Container))
        {
            yield return "'Container' is not the name of a container that a location can hold: 1 to 200 letters, digits, '-', '.', '_' and '~'";
        }

        if (ContainersSeed is < 0 or > SwiftContainers.LongestSeed)
        {
            yield return "'ContainersSeed' is not a whole number from 0 to 32";
        }

        if (!SwiftContainers.IsName(DefaultReference))
        {
            yield return "'DefaultReference' is not made of letters, digits, '-', '.', '_' and '~'";
        }

        if (Endpoint is not null && !SwiftIdentity.IsAddress(Endpoint))
        {
            yield return "'Endpoint' is not a URL such as https://swift.example.org/v1/AUTH_account";
        }

        if (LegacyUris && !MultiTenant && ConfigFile is null && (User is null || Key is null))
        {
            yield return "'LegacyUris' is set and there are no 'User' and 'Key' to write into them";
        }
    }

    private IEnumerable<string> TransportMistakes()
    {
        if (MaxParallelSegments is < 1 or > MostParallel)
        {
            yield return $"'MaxParallelSegments' is not a whole number from 1 to {MostParallel}";
        }

        if (MaxSegments is < 1 or > SwiftSegments.Most)
        {
            yield return $"'MaxSegments' is not a whole number from 1 to {SwiftSegments.Most}";
        }

        if (!ServerConnections.IsConnectTimeout(ConnectTimeout))
        {
            yield return "'ConnectTimeout' is not a positive time span of at most 24 days";
        }

        if (RenewBefore < TimeSpan.Zero)
        {
            yield return "'RenewBefore' is shorter than nothing";
        }

        if (CaBundle is not null && TrustedAuthorities.Fault(CaBundle) is { } fault)
        {
            yield return $"'CaBundle' names {CaBundle}, and {fault}";
        }
    }
}
