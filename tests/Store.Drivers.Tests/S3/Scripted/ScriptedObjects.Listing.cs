using System.Globalization;
using System.Security.Cryptography;

namespace GlanceStore.Drivers.S3.Scripted;

internal sealed partial class ScriptedObjects
{
    public void Store(string key, byte[] bytes)
    {
        lock (_lock)
        {
            _objects[key] = new Stored(bytes, Convert.ToHexStringLower(MD5.HashData(bytes)), TimeProvider.System.GetUtcNow());
        }
    }

    // Keys behind a delimiter are rolled up, and left out: no test asks for the names of folders.
    private ScriptedAnswer ListObjects(ScriptedRequest request)
    {
        var prefix = request.Query.GetValueOrDefault("prefix", "");
        var after = request.Query.GetValueOrDefault("continuation-token", "");
        var most = int.Parse(request.Query.GetValueOrDefault("max-keys", "1000"), CultureInfo.InvariantCulture);
        var rest = _objects.Where(stored => stored.Key.StartsWith(prefix, StringComparison.Ordinal)
            && !(request.Query.ContainsKey("delimiter") && stored.Key[prefix.Length..].Contains('/', StringComparison.Ordinal))
            && string.CompareOrdinal(stored.Key, after) > 0).ToArray();
        var page = rest.Take(most).ToArray();
        var listed = string.Concat(page.Select(stored => string.Create(CultureInfo.InvariantCulture,
            $"<Contents><Key>{Uri.EscapeDataString(stored.Key)}</Key><LastModified>{stored.Value.Modified:yyyy-MM-ddTHH:mm:ss.fffZ}</LastModified><ETag>\"{stored.Value.ETag}\"</ETag><Size>{stored.Value.Bytes.Length}</Size></Contents>")));
        var next = page.Length < rest.Length ? $"<NextContinuationToken>{page[^1].Key}</NextContinuationToken>" : "";
        var more = page.Length < rest.Length ? "true" : "false";
        return ScriptedAnswer.Xml(200, $"<ListBucketResult><EncodingType>url</EncodingType>{listed}{next}<IsTruncated>{more}</IsTruncated></ListBucketResult>");
    }
}
