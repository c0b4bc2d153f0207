using System.Globalization;
using System.Text.Json;

namespace GlanceStore.Drivers.Swift;

/// <summary>Reads the answer to a deletion of many objects: the status is 200 before the first is deleted, and the truth is in the body.</summary>
internal static class SwiftBulk
{
    /// <summary>How many were deleted.</summary>
    public static async Task<int> ReadAsync(string doing, HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        using var json = await SwiftErrors.ReadJsonAsync(doing, answer, cancellationToken).ConfigureAwait(false);
        var root = json.RootElement;
        var status = root.TryGetProperty("Response Status", out var text) ? text.GetString() ?? "" : "";
        var failed = root.TryGetProperty("Errors", out var errors) && errors.ValueKind == JsonValueKind.Array ? errors.GetArrayLength() : 0;
        if (!status.StartsWith('2') || failed > 0)
        {
            throw new StoreException(StoreError.Unavailable, string.Create(CultureInfo.InvariantCulture,
                $"{doing} failed: {failed} objects could not be deleted ({StatusOf(status)})."))
            {
                IsTransient = true,
            };
        }

        return root.TryGetProperty("Number Deleted", out var deleted) ? deleted.GetInt32() : 0;
    }

    // The number and not the words: they are the server's.
    private static string StatusOf(string status) => status.Length >= 3 && status.AsSpan(0, 3).ContainsAnyExceptInRange('0', '9') == false ? status[..3] : "no status";
}
