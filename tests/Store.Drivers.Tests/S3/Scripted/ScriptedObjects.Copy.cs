using System.Globalization;
using System.Security.Cryptography;

namespace GlanceStore.Drivers.S3.Scripted;

/// <content>Copies within the server, as AWS makes them.</content>
internal sealed partial class ScriptedObjects
{
    private ScriptedAnswer Copy(ScriptedRequest request, string key)
    {
        var from = Uri.UnescapeDataString(request.Header("x-amz-copy-source")!).TrimStart('/').Split('/', 2);
        if (from[0] != ScriptedS3.Bucket || !_objects.TryGetValue(from[1], out var source))
        {
            return ScriptedAnswer.Error(404, "NoSuchKey");
        }

        if (request.Header("x-amz-copy-source-if-match") is { } tag && tag.Trim('"') != source.ETag)
        {
            return ScriptedAnswer.Error(412, "PreconditionFailed");
        }

        return request.Operation == "Copy" ? CopyWhole(request, key, source) : CopyPart(request, source);
    }

    private ScriptedAnswer CopyWhole(ScriptedRequest request, string key, Stored source)
    {
        if (request.Header("If-None-Match") == "*" && _objects.ContainsKey(key))
        {
            return ScriptedAnswer.Error(412, "PreconditionFailed");
        }

        var etag = Convert.ToHexStringLower(MD5.HashData(source.Bytes));
        _objects[key] = new Stored([.. source.Bytes], etag, TimeProvider.System.GetUtcNow());
        return ScriptedAnswer.Xml(200, $"<CopyObjectResult><ETag>\"{etag}\"</ETag></CopyObjectResult>");
    }

    private ScriptedAnswer CopyPart(ScriptedRequest request, Stored source)
    {
        if (!_uploads.TryGetValue(request.Query["uploadId"], out var upload))
        {
            return ScriptedAnswer.Error(404, "NoSuchUpload");
        }

        var ends = request.Header("x-amz-copy-source-range")!["bytes=".Length..].Split('-').Select(end => int.Parse(end, CultureInfo.InvariantCulture)).ToArray();
        var bytes = source.Bytes[ends[0]..(ends[1] + 1)];
        upload.Parts[int.Parse(request.Query["partNumber"], CultureInfo.InvariantCulture)] = bytes;
        return ScriptedAnswer.Xml(200,
            $"<CopyPartResult><ETag>\"{Convert.ToHexStringLower(MD5.HashData(bytes))}\"</ETag><ChecksumCRC32>{Crc32Of(bytes)}</ChecksumCRC32></CopyPartResult>");
    }
}
