namespace GlanceStore.ImageService.Accounts;

/// <summary>Who makes a request.</summary>
/// <param name="User">The user's id; null where there are no accounts.</param>
/// <param name="Project">The project's id, the owner of what it creates; null where there are no accounts.</param>
/// <param name="Roles">The roles in the project.</param>
internal sealed record Caller(string? User, string? Project, IReadOnlyList<string> Roles)
{
    private const string Admin = "admin";
    private const string Reader = "reader";

    /// <summary>Everybody, where there are no accounts: may do all, and owns nothing.</summary>
    public static readonly Caller Anybody = new(null, null, [Admin]);

    public bool IsAdmin { get; } = Roles.Contains(Admin, StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether it may change anything: an administrator, and who has a role beside reader in a project.</summary>
    public bool MayWrite => IsAdmin || (Project is not null && Roles.Any(role => !role.Equals(Reader, StringComparison.OrdinalIgnoreCase)));

    /// <summary>The caller of a request that has been let in.</summary>
    public static Caller Of(HttpContext context) => context.Features.Get<Caller>() ?? throw new InvalidOperationException("The request was let in without a caller.");
}

/// <summary>Finds out who makes a request.</summary>
internal interface IAuthentication
{
    /// <summary>The caller.</summary>
    /// <exception cref="Http.ApiException">401: no token, or none that is valid; 503: whoever knows cannot be asked.</exception>
    ValueTask<Caller> IdentifyAsync(HttpContext context);
}

/// <summary>No accounts: everybody is let in and may do all.</summary>
internal sealed class NoAccounts : IAuthentication
{
    public ValueTask<Caller> IdentifyAsync(HttpContext context) => new(Caller.Anybody);
}
