namespace GlanceStore.Drivers.Swift;

/// <summary>A token, the account it opens, and when to ask for another.</summary>
internal sealed class SwiftToken(string value, Uri account, DateTimeOffset? renewAt)
{
    public string Value => value;

    /// <summary>The account's URL, without a slash at its end.</summary>
    public string Account { get; } = account.AbsoluteUri.TrimEnd('/');

    /// <summary>Whether the server has taken it: if it refuses it later, the token may have ended.</summary>
    public bool WasTaken { get; set; }

    public bool IsFresh(DateTimeOffset now) => renewAt is not { } until || now < until;

    /// <summary>Nothing of the token.</summary>
    public override string ToString() => $"a token for {Account}";
}

/// <summary>The one token of an account that all calls share: asked for once, renewed before it ends and when it was refused.</summary>
internal sealed class SwiftTokens(Func<CancellationToken, Task<SwiftToken>> logIn, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);
    private volatile SwiftToken? _token;

    /// <summary>The token in use, a secret; null before the first.</summary>
    public string? Current => _token?.Value;

    /// <summary>A token that is good for now.</summary>
    /// <param name="refused">The token the server has just refused, or null.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask<SwiftToken> GetAsync(SwiftToken? refused, CancellationToken cancellationToken)
    {
        if (Good(refused) is { } known)
        {
            return known;
        }

        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return Good(refused) ?? (_token = await logIn(cancellationToken).ConfigureAwait(false));
        }
        catch (StoreException e) when (e.IsTransient && _token is { } old && !ReferenceEquals(old, refused))
        {
            return old; // renewed before its end: until then the server takes it
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    /// <summary>When to renew a token: some time before its end, but not in its first half.</summary>
    public static DateTimeOffset RenewAt(DateTimeOffset now, DateTimeOffset end, TimeSpan before) => end - TimeSpan.FromTicks(Math.Min(before.Ticks, (end - now).Ticks / 2));

    private SwiftToken? Good(SwiftToken? refused) =>
        _token is { } token && !ReferenceEquals(token, refused) && token.IsFresh(time.GetUtcNow()) ? token : null;
}
