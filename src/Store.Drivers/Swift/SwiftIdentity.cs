namespace GlanceStore.Drivers.Swift;

/// <summary>Who logs in where: the settings of one account.</summary>
internal sealed record SwiftIdentity
{
    private const string DefaultDomain = "default";

    public required string AuthAddress { get; init; }

    public SwiftAuthVersion Version { get; init; } = SwiftAuthVersion.Keystone;

    public string? User { get; init; }

    public string? Key { get; init; }

    public string? ApplicationCredentialId { get; init; }

    public string? ApplicationCredentialSecret { get; init; }

    public string? UserDomainId { get; init; }

    public string? UserDomainName { get; init; }

    public string? ProjectDomainId { get; init; }

    public string? ProjectDomainName { get; init; }

    public bool IsApplication => ApplicationCredentialId is not null;

    /// <summary>The name of the user, without the project before it.</summary>
    public string UserName => User![(User!.IndexOf(':', StringComparison.Ordinal) + 1)..];

    /// <summary>The project before the user's name.</summary>
    public string Project => ProjectOf(User!);

    /// <summary>What tells the account from others that one logs in to at the same address.</summary>
    public string Account => IsApplication ? $"credential {ApplicationCredentialId}"
        : Version == SwiftAuthVersion.Keystone && ProjectDomain is not ("id", DefaultDomain) ? $"{ProjectOf(User!)}@{ProjectDomain.Value}"
        : ProjectOf(User!);

    public (string Key, string Value) UserDomain => Domain(UserDomainId, UserDomainName);

    public (string Key, string Value) ProjectDomain => Domain(ProjectDomainId, ProjectDomainName);

    /// <summary>Whether the user in a location is one of this account's; else the account it names, or null where that cannot be told.</summary>
    public bool IsNamedBy(LocationSecret secret, out string? other)
    {
        secret.Reveal(out var user, out _);
        var isOwn = IsApplication ? user == ApplicationCredentialId : ProjectOf(user) == ProjectOf(User!);
        other = isOwn || IsApplication ? null : ProjectOf(user);
        return isOwn;
    }

    public static bool IsAddress(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.UserInfo.Length == 0 && url.Query.Length == 0
        && url.Fragment.Length == 0 && url.Host.Length > 0;

    /// <summary>Whether one logs in there with an address: that of a Keystone may be its root's, or one of its versions'.</summary>
    public bool IsAt(string address) => SwiftLocations.IsSame(AuthAddress, address, Version == SwiftAuthVersion.Keystone ? KeystoneVersions.Root : null);

    public IEnumerable<string> Mistakes()
    {
        if (!IsAddress(AuthAddress))
        {
            yield return "'AuthAddress' is not a URL such as https://keystone.example.org:5000/v3";
        }

        if (ApplicationCredentialId is null != ApplicationCredentialSecret is null)
        {
            yield return "'ApplicationCredentialId' and 'ApplicationCredentialSecret' are not both set";
        }
        else if (IsApplication && Version != SwiftAuthVersion.Keystone)
        {
            yield return "'ApplicationCredentialId' is set and 'AuthVersion' is not 3: only Keystone knows application credentials";
        }

        if (!IsApplication)
        {
            foreach (var mistake in UserMistakes())
            {
                yield return mistake;
            }
        }
    }

    /// <summary>Nothing: a record would tell the key.</summary>
    public override string ToString() => AuthAddress;

    private IEnumerable<string> UserMistakes()
    {
        if (string.IsNullOrEmpty(User) || string.IsNullOrEmpty(Key))
        {
            yield return "there are neither 'User' and 'Key' nor an application credential";
        }
        else if (Version == SwiftAuthVersion.Keystone && (User.Count(c => c == ':') != 1 || User.StartsWith(':') || User.EndsWith(':')))
        {
            yield return "'User' is not PROJECT:USER, which Keystone needs";
        }
    }

    // PROJECT:USER, and all users of a project share its account.
    private static string ProjectOf(string user) => user.Split(':')[0];

    private static (string Key, string Value) Domain(string? id, string? name) =>
        id is null && name is not null ? ("name", name) : ("id", id ?? DefaultDomain);
}
