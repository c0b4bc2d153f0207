using System.Globalization;
using System.IO.Hashing;
using System.Security.Cryptography;
using System.Xml.Linq;

namespace GlanceStore.Drivers.S3.Scripted;

/// <summary>The objects and uploads of the scripted server, and the right answer to each request.</summary>
internal sealed partial class ScriptedObjects(ScriptedS3 server)
{
    private const int PageLength = 1000;

    // So few that a client has to turn pages.
    private const int PartsPageLength = 2;

    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, Stored> _objects = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, Upload> _uploads = new(StringComparer.Ordinal);
    private int _count;

    public IReadOnlyCollection<string> Names
    {
        get
        {
            lock (_lock)
            {
                return [.. _objects.Keys, .. _uploads.Select(upload => $"{upload.Value.Key} (upload {upload.Key})")];
            }
        }
    }

    public bool Corrupt(string key, long offset)
    {
        lock (_lock)
        {
            _objects[key].Bytes[offset] ^= 1;
            return true;
        }
    }

    public bool Truncate(string key, long size)
    {
        lock (_lock)
        {
            var stored = _objects[key];
            _objects[key] = stored with { Bytes = stored.Bytes[..(int)size] };
            return true;
        }
    }

    public ScriptedAnswer Answer(ScriptedRequest request)
    {
        lock (_lock)
        {
            var path = request.Path.TrimStart('/').Split('/', 2);
            if (path[0] != ScriptedS3.Bucket)
            {
                return ScriptedAnswer.Error(404, "NoSuchBucket");
            }

            var key = path.Length > 1 ? path[1] : "";
            return request.Operation switch
            {
                "Put" => Checked(request) ?? Put(request, key),
                "Copy" or "CopyPart" => Copy(request, key),
                "Begin" => Begin(key),
                "Part" => Checked(request) ?? Part(request),
                "Complete" => Complete(request, key),
                "Abort" => Abort(request.Query["uploadId"]),
                "ListObjects" => ListObjects(request),
                "ListUploads" => ListUploads(request),
                "ListParts" => ListParts(request),
                "Get" or "Head" => Get(request, key),
                "Delete" => Delete(request, key),
                _ => new ScriptedAnswer(200, []),
            };
        }
    }

    private ScriptedAnswer? Checked(ScriptedRequest request)
    {
        if (request.Header("Content-MD5") is { } md5 && md5 != Convert.ToBase64String(MD5.HashData(request.Body)))
        {
            return ScriptedAnswer.Error(400, "BadDigest");
        }

        return server.ChecksChecksums && request.Header("x-amz-checksum-crc32") is { } crc32 && crc32 != Crc32Of(request.Body)
            ? ScriptedAnswer.Error(400, "BadDigest")
            : null;
    }

    private ScriptedAnswer Put(ScriptedRequest request, string key)
    {
        if (request.Header("If-None-Match") == "*" && _objects.ContainsKey(key))
        {
            return ScriptedAnswer.Error(412, "PreconditionFailed");
        }

        var etag = Convert.ToHexStringLower(MD5.HashData(request.Body));
        _objects[key] = new Stored(request.Body, etag, TimeProvider.System.GetUtcNow());
        return Tagged(request, etag);
    }

    private ScriptedAnswer Begin(string key)
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"upload-{++_count:00000}");
        _uploads[id] = new Upload(key, []);
        return ScriptedAnswer.Xml(200, $"<InitiateMultipartUploadResult><Bucket>{ScriptedS3.Bucket}</Bucket><Key>{key}</Key><UploadId>{id}</UploadId></InitiateMultipartUploadResult>");
    }

    private ScriptedAnswer Part(ScriptedRequest request)
    {
        if (!_uploads.TryGetValue(request.Query["uploadId"], out var upload))
        {
            return ScriptedAnswer.Error(404, "NoSuchUpload");
        }

        upload.Parts[int.Parse(request.Query["partNumber"], CultureInfo.InvariantCulture)] = request.Body;
        return Tagged(request, Convert.ToHexStringLower(MD5.HashData(request.Body)));
    }

    private ScriptedAnswer Complete(ScriptedRequest request, string key)
    {
        if (!_uploads.TryGetValue(request.Query["uploadId"], out var upload))
        {
            return ScriptedAnswer.Error(404, "NoSuchUpload");
        }

        if (request.Header("If-None-Match") == "*" && _objects.ContainsKey(key))
        {
            return ScriptedAnswer.Error(412, "PreconditionFailed");
        }

        var parts = XDocument.Load(new MemoryStream(request.Body)).Descendants().Where(node => node.Name.LocalName == "PartNumber")
            .Select(node => upload.Parts.GetValueOrDefault((int)node)).ToArray();
        if (parts.Any(part => part is null))
        {
            return ScriptedAnswer.Error(400, "InvalidPart");
        }

        byte[] whole = [.. parts.SelectMany(part => part!)];
        if (server.ChecksChecksums && request.Header("x-amz-checksum-crc32") is { } crc32 && crc32 != Crc32Of(whole))
        {
            return ScriptedAnswer.Error(400, "BadDigest");
        }

        var etag = $"{Convert.ToHexStringLower(MD5.HashData([.. parts.SelectMany(part => MD5.HashData(part!))]))}-{parts.Length}";
        _objects[key] = new Stored(whole, etag, TimeProvider.System.GetUtcNow());
        _uploads.Remove(request.Query["uploadId"]);
        if (server.KeepsCompletedUploads)
        {
            _uploads[request.Query["uploadId"]] = upload with { IsCompleted = true };
        }

        return ScriptedAnswer.Xml(200,
            $"<CompleteMultipartUploadResult><Bucket>{ScriptedS3.Bucket}</Bucket><Key>{key}</Key>{(server.HidesCompletedTags ? "" : $"<ETag>\"{etag}\"</ETag>")}</CompleteMultipartUploadResult>");
    }

    private ScriptedAnswer ListParts(ScriptedRequest request)
    {
        if (!_uploads.TryGetValue(request.Query["uploadId"], out var upload))
        {
            return ScriptedAnswer.Error(404, "NoSuchUpload");
        }

        var after = int.Parse(request.Query.GetValueOrDefault("part-number-marker", "0"), CultureInfo.InvariantCulture);
        var rest = upload.Parts.Where(part => part.Key > after).ToArray();
        var page = rest.Take(PartsPageLength).ToArray();
        var now = TimeProvider.System.GetUtcNow();
        var listed = string.Concat(page.Select(part => string.Create(CultureInfo.InvariantCulture,
            $"<Part><PartNumber>{part.Key}</PartNumber><LastModified>{now:yyyy-MM-ddTHH:mm:ss.fffZ}</LastModified><ETag>\"{Convert.ToHexStringLower(MD5.HashData(part.Value))}\"</ETag><Size>{part.Value.Length}</Size></Part>")));
        var more = page.Length < rest.Length ? "true" : "false";
        var next = page.Length > 0 ? page[^1].Key : 0;
        return ScriptedAnswer.Xml(200, string.Create(CultureInfo.InvariantCulture,
            $"<ListPartsResult>{listed}<NextPartNumberMarker>{next}</NextPartNumberMarker><IsTruncated>{more}</IsTruncated></ListPartsResult>"));
    }

    private ScriptedAnswer ListUploads(ScriptedRequest request)
    {
        var after = request.Query.GetValueOrDefault("upload-id-marker", "");
        var prefix = request.Query.GetValueOrDefault("prefix", "");
        var rest = _uploads.Where(upload => upload.Value.Key.StartsWith(prefix, StringComparison.Ordinal)
            && string.CompareOrdinal(upload.Key, after) > 0).ToArray();
        var page = rest.Take(PageLength).ToArray();
        var listed = string.Concat(page.Select(upload =>
            $"<Upload><Key>{upload.Value.Key}</Key><UploadId>{upload.Key}</UploadId><Initiated>2022-11-06T08:49:37.000Z</Initiated></Upload>"));
        var next = page.Length < rest.Length ? $"<NextKeyMarker>{page[^1].Value.Key}</NextKeyMarker><NextUploadIdMarker>{page[^1].Key}</NextUploadIdMarker>" : "";
        var more = page.Length < rest.Length ? "true" : "false";
        return ScriptedAnswer.Xml(200, $"<ListMultipartUploadsResult>{listed}{next}<IsTruncated>{more}</IsTruncated></ListMultipartUploadsResult>");
    }

    private ScriptedAnswer Get(ScriptedRequest request, string key)
    {
        var isHead = request.Method == "HEAD";
        if (!_objects.TryGetValue(key, out var stored))
        {
            return ScriptedAnswer.Error(404, "NoSuchKey");
        }

        if (request.Header("If-Match") is { } tag && tag.Trim('"') != stored.ETag)
        {
            return ScriptedAnswer.Error(412, "PreconditionFailed");
        }

        var answer = Ranged(request.Header("Range"), stored.Bytes, isHead);
        answer.Headers["ETag"] = $"\"{stored.ETag}\"";
        answer.Headers["Last-Modified"] = stored.Modified.ToString("R", CultureInfo.InvariantCulture);
        return answer;
    }

    private static ScriptedAnswer Ranged(string? range, byte[] bytes, bool isHead)
    {
        if (range is null)
        {
            return new ScriptedAnswer(200, bytes) { Length = isHead ? bytes.Length : null };
        }

        var ends = range["bytes=".Length..].Split('-');
        var first = long.Parse(ends[0], CultureInfo.InvariantCulture);
        if (first >= bytes.Length)
        {
            return ScriptedAnswer.Error(416, "InvalidRange");
        }

        var last = ends[1].Length > 0 ? Math.Min(long.Parse(ends[1], CultureInfo.InvariantCulture), bytes.Length - 1) : bytes.Length - 1;
        var answer = new ScriptedAnswer(206, bytes[(int)first..(int)(last + 1)]);
        answer.Headers["Content-Range"] = string.Create(CultureInfo.InvariantCulture, $"bytes {first}-{last}/{bytes.Length}");
        return answer;
    }

    private ScriptedAnswer Delete(ScriptedRequest request, string key)
    {
        if (server.HonoursDeleteConditions && request.Header("If-Match") is { } tag && _objects.TryGetValue(key, out var stored) && tag.Trim('"') != stored.ETag)
        {
            return ScriptedAnswer.Error(412, "PreconditionFailed");
        }

        _objects.Remove(key);
        return new ScriptedAnswer(204, []);
    }

    private ScriptedAnswer Abort(string id)
    {
        if (!_uploads.Remove(id, out var upload))
        {
            return ScriptedAnswer.Error(404, "NoSuchUpload");
        }

        if (upload.IsCompleted)
        {
            _objects.Remove(upload.Key); // the parts are the object's
        }

        return new ScriptedAnswer(204, []);
    }

    private ScriptedAnswer Tagged(ScriptedRequest request, string etag)
    {
        var answer = new ScriptedAnswer(200, []);
        answer.Headers["ETag"] = $"\"{etag}\"";
        if (server.ChecksChecksums && !server.Silent && request.Header("x-amz-checksum-crc32") is { } crc32)
        {
            answer.Headers["x-amz-checksum-crc32"] = crc32;
        }

        return answer;
    }

    private static string Crc32Of(byte[] bytes)
    {
        var sum = Crc32.Hash(bytes);
        Array.Reverse(sum);
        return Convert.ToBase64String(sum);
    }

    private sealed record Stored(byte[] Bytes, string ETag, DateTimeOffset Modified);

    private sealed record Upload(string Key, SortedDictionary<int, byte[]> Parts)
    {
        public bool IsCompleted { get; init; }
    }
}
