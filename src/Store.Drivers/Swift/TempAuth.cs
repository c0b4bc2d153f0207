using System.Globalization;

namespace GlanceStore.Drivers.Swift;

/// <summary>Logs in at tempauth: two headers there, a token and the account's URL back.</summary>
internal sealed class TempAuth(HttpClient http, SwiftDriverOptions options, SwiftIdentity identity, TimeProvider time)
{
    public async Task<SwiftToken> LogInAsync(CancellationToken cancellationToken)
    {
        var doing = $"Logging in at {identity.AuthAddress}";
        using var request = new HttpRequestMessage(HttpMethod.Get, identity.AuthAddress);
        request.Headers.TryAddWithoutValidation("X-Auth-User", identity.User);
        request.Headers.TryAddWithoutValidation("X-Auth-Key", identity.Key);
        using var answer = await SwiftErrors.RunAsync(doing, () => http.SendAsync(request, cancellationToken), cancellationToken).ConfigureAwait(false);
        if (!answer.IsSuccessStatusCode)
        {
            var words = await SwiftWords.ReadAsync(answer, time, [identity.Key], cancellationToken).ConfigureAwait(false);
            throw SwiftErrors.LogIn(doing, answer, time, words);
        }

        var value = SwiftHeaders.Text(answer, "X-Auth-Token") ?? SwiftHeaders.Text(answer, "X-Storage-Token");
        var account = options.Endpoint ?? SwiftHeaders.Text(answer, "X-Storage-Url");
        if (value is null || !Uri.TryCreate(account, UriKind.Absolute, out var url))
        {
            throw SwiftErrors.NoLogIn(doing, "the answer holds no token and no account");
        }

        return new SwiftToken(value, url, RenewAt(answer));
    }

    private DateTimeOffset? RenewAt(HttpResponseMessage answer)
    {
        var now = time.GetUtcNow();
        return double.TryParse(SwiftHeaders.Text(answer, "X-Auth-Token-Expires"), CultureInfo.InvariantCulture, out var seconds)
            ? SwiftTokens.RenewAt(now, now + TimeSpan.FromSeconds(seconds), options.RenewBefore)
            : null;
    }
}
