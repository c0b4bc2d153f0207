using System.Security.Cryptography;
using System.Text;

namespace GlanceStore.Drivers.S3.Scripted;

/// <summary>Checks a request's signature of version 4 and the digest it covers, from Amazon's description of it.</summary>
internal static class ScriptedSignature
{
    private const string Unsigned = "UNSIGNED-PAYLOAD";

    public static ScriptedAnswer? Fault(ScriptedRequest request, string accessKey, string secretKey)
    {
        var authorization = request.Header("Authorization");
        if (authorization is null)
        {
            return ScriptedAnswer.Error(403, "AccessDenied");
        }

        var fields = authorization["AWS4-HMAC-SHA256 ".Length..].Split(',').Select(field => field.Trim().Split('=', 2)).ToDictionary(f => f[0], f => f[1]);
        var scope = fields["Credential"].Split('/');
        if (scope[0] != accessKey)
        {
            return ScriptedAnswer.Error(403, "InvalidAccessKeyId");
        }

        var digest = request.Header("x-amz-content-sha256")!;
        if (Signature(request, fields["SignedHeaders"], digest, scope, secretKey) != fields["Signature"])
        {
            return ScriptedAnswer.Error(403, "SignatureDoesNotMatch");
        }

        return digest == Unsigned || digest == Hex(SHA256.HashData(request.Body)) ? null : ScriptedAnswer.Error(400, "XAmzContentSHA256Mismatch");
    }

    private static string Signature(ScriptedRequest request, string signedHeaders, string digest, string[] scope, string secretKey)
    {
        var query = string.Join('&', request.Query.OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => $"{Uri.EscapeDataString(pair.Key)}={Uri.EscapeDataString(pair.Value)}"));
        var path = string.Join('/', request.Path.Split('/').Select(Uri.EscapeDataString));
        var headers = string.Concat(signedHeaders.Split(';').Select(name => $"{name}:{request.Header(name)!.Trim()}\n"));
        var canonical = $"{request.Method}\n{path}\n{query}\n{headers}\n{signedHeaders}\n{digest}";
        var toSign = $"AWS4-HMAC-SHA256\n{request.Header("x-amz-date")}\n{string.Join('/', scope[1..])}\n{Hex(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))}";
        var key = scope[1..].Aggregate(Encoding.UTF8.GetBytes("AWS4" + secretKey), (k, part) => HMACSHA256.HashData(k, Encoding.UTF8.GetBytes(part)));
        return Hex(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(toSign)));
    }

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}
