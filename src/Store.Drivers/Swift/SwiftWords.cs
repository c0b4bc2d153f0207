using System.Net;
using System.Text;
using System.Text.Json;
using GlanceStore.Drivers.Shared;

namespace GlanceStore.Drivers.Swift;

/// <summary>What Swift, Ceph and Keystone say in the body of a refusal.</summary>
internal static class SwiftWords
{
    // They come with the refusal or not at all.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>The words, fit for a message; null where there are none, or they say no more than the status does.</summary>
    /// <param name="answer">The answer, whose body nobody has read.</param>
    /// <param name="time">The clock.</param>
    /// <param name="secrets">What must not be repeated.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<string?> ReadAsync(
        HttpResponseMessage answer, TimeProvider time, IEnumerable<string?> secrets, CancellationToken cancellationToken)
    {
        if (answer.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.PreconditionFailed or HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            return null;
        }

        using var limit = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            var buffer = new byte[ServerWords.MostBytes];
            var body = await answer.Content.ReadAsStreamAsync(either.Token).ConfigureAwait(false);
            var count = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, either.Token).ConfigureAwait(false);
            return ServerWords.Clean(MessageIn(Encoding.UTF8.GetString(buffer, 0, count)), secrets);
        }
        catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return null; // the status is the error to report
        }
    }

    // Keystone has {"error": {"message": ...}}, Ceph {"Code": ...}; Swift has HTML.
    private static string MessageIn(string text)
    {
        if (!text.TrimStart().StartsWith('{'))
        {
            return text;
        }

        try
        {
            using var json = JsonDocument.Parse(text);
            var root = json.RootElement;
            return (KeystoneJson.Part(root, "error") is { } error ? KeystoneJson.Text(error, "message") : null)
                ?? KeystoneJson.Text(root, "message") ?? KeystoneJson.Text(root, "Message") ?? KeystoneJson.Text(root, "Code") ?? "";
        }
        catch (JsonException)
        {
            return "";
        }
    }
}
