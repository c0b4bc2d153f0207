using Microsoft.Extensions.Time.Testing;

namespace GlanceStore.Drivers.Swift;

[TestClass]
public sealed class SwiftTokensTests
{
    private static readonly Uri Account = new("http://h/v1/AUTH_a");

    private readonly FakeTimeProvider _time = new();
    private int _logins;

    [TestMethod]
    public async Task A_token_is_asked_for_once_and_renewed_before_it_ends()
    {
        using var tokens = Tokens(TimeSpan.FromHours(1));
        await tokens.GetAsync(null, CancellationToken.None);
        _time.Advance(TimeSpan.FromMinutes(58));
        await tokens.GetAsync(null, CancellationToken.None);
        Assert.AreEqual(1, _logins);
        _time.Advance(TimeSpan.FromMinutes(1.5));
        await tokens.GetAsync(null, CancellationToken.None);
        Assert.AreEqual(2, _logins);
    }

    [TestMethod]
    public async Task A_token_shorter_than_the_margin_still_serves_for_half_its_life()
    {
        using var tokens = Tokens(TimeSpan.FromSeconds(10));
        await tokens.GetAsync(null, CancellationToken.None);
        _time.Advance(TimeSpan.FromSeconds(4));
        await tokens.GetAsync(null, CancellationToken.None);
        Assert.AreEqual(1, _logins);
    }

    [TestMethod]
    public async Task Many_calls_whose_token_was_refused_share_one_login()
    {
        using var tokens = Tokens(TimeSpan.FromHours(1));
        var refused = await tokens.GetAsync(null, CancellationToken.None);
        var renewed = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => tokens.GetAsync(refused, CancellationToken.None).AsTask()));
        Assert.AreEqual(2, _logins);
        Assert.HasCount(1, renewed.Distinct());
    }

    [TestMethod]
    public async Task A_login_that_fails_is_made_again_by_the_next_call()
    {
        var fails = true;
        using var tokens = new SwiftTokens(_ => fails ? throw new StoreException(StoreError.Unavailable, "no") : Task.FromResult(new SwiftToken("t", Account, null)), _time);
        await Assert.ThrowsExactlyAsync<StoreException>(() => tokens.GetAsync(null, CancellationToken.None).AsTask());
        fails = false;
        Assert.AreEqual("t", (await tokens.GetAsync(null, CancellationToken.None)).Value);
    }

    [TestMethod]
    public async Task A_token_that_cannot_be_renewed_serves_until_the_server_refuses_it()
    {
        var isDown = false;
        using var tokens = new SwiftTokens(_ => isDown
            ? throw new StoreException(StoreError.Unavailable, "no") { IsTransient = true }
            : Task.FromResult(new SwiftToken("t", Account, _time.GetUtcNow() + TimeSpan.FromMinutes(59))), _time);
        var token = await tokens.GetAsync(null, CancellationToken.None);
        isDown = true;
        _time.Advance(TimeSpan.FromMinutes(59.5));
        Assert.AreSame(token, await tokens.GetAsync(null, CancellationToken.None));
        await Assert.ThrowsExactlyAsync<StoreException>(() => tokens.GetAsync(token, CancellationToken.None).AsTask());
    }

    [TestMethod]
    public void A_token_does_not_tell_itself() => Assert.DoesNotContain("s3cret", new SwiftToken("s3cret", Account, null).ToString());

    private SwiftTokens Tokens(TimeSpan life) => new(async _ =>
    {
        await Task.Yield();
        var number = Interlocked.Increment(ref _logins);
        return new SwiftToken($"t{number}", Account, SwiftTokens.RenewAt(_time.GetUtcNow(), _time.GetUtcNow() + life, TimeSpan.FromMinutes(1)));
    }, _time);
}
