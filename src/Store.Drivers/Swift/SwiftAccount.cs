namespace GlanceStore.Drivers.Swift;

/// <summary>An account and all it takes to talk to it.</summary>
internal sealed class SwiftAccount : IDisposable
{
    private readonly SwiftTokens _tokens;

    /// <summary>Makes what talks to an account.</summary>
    /// <param name="http">The connections.</param>
    /// <param name="logIn">How a token is got.</param>
    /// <param name="time">The clock.</param>
    /// <param name="makesContainers">Whether a write makes a container that is not there.</param>
    /// <param name="url">The account's URL where it is not the one the login names.</param>
    public SwiftAccount(HttpClient http, Func<CancellationToken, Task<SwiftToken>> logIn, TimeProvider time, bool makesContainers, string? url = null)
    {
        _tokens = new SwiftTokens(logIn, time);
        Client = new SwiftClient(http, _tokens, time, url);
        Limits = new SwiftLimits(Client);
        Objects = new SwiftObjects(Client, Limits, makesContainers);
    }

    public SwiftClient Client { get; }

    public SwiftLimits Limits { get; }

    public SwiftObjects Objects { get; }

    public void Dispose()
    {
        Limits.Dispose();
        _tokens.Dispose();
    }
}

/// <summary>Where an image lies.</summary>
/// <param name="Account">The reference of the account, or its URL where there are many tenants.</param>
/// <param name="Container">The container.</param>
/// <param name="Id">The name of the object.</param>
internal sealed record SwiftPlace(string Account, string Container, string Id);
