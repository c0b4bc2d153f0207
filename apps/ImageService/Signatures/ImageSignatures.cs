using GlanceStore.ImageService.Database;
using GlanceStore.ImageService.Http;

namespace GlanceStore.ImageService.Signatures;

/// <summary>What an image's data have to be signed by, told from its properties: all four of them, or nothing is checked, as in Glance.</summary>
internal sealed class ImageSignatures(ServiceDatabase database, Certificates certificates)
{
    private static readonly string[] Names =
        [ImageSignature.SignatureProperty, ImageSignature.HashMethodProperty, ImageSignature.KeyTypeProperty, ImageSignature.CertificateProperty];

    /// <summary>Whether properties say that an image is signed.</summary>
    public static bool IsSigned(IReadOnlyDictionary<string, string?> properties) => Names.All(name => properties.GetValueOrDefault(name) is not null);

    /// <summary>Refuses to give an image other data than those that it says are signed.</summary>
    /// <exception cref="ApiException">409: it is signed.</exception>
    public static async Task RequireNoneAsync(DbSession session, string imageId)
    {
        if (IsSigned(await PropertiesAsync(session, imageId)))
        {
            throw ApiException.Conflict("The image was signed while it was converted, and is as it was: what it would be converted to is not signed.");
        }
    }

    /// <summary>The signature of an image; null where it has none.</summary>
    /// <exception cref="ApiException">400: there is no such certificate; 503: it cannot be asked for.</exception>
    /// <exception cref="StoreException"><see cref="StoreError.Refused"/>: a property is not of its form.</exception>
    public async Task<ImageSignature?> FindAsync(string imageId, CancellationToken cancellationToken)
    {
        var properties = await database.ReadAsync(session => PropertiesAsync(session, imageId), cancellationToken);
        if (!IsSigned(properties))
        {
            return null;
        }

        var uuid = properties[ImageSignature.CertificateProperty]!;
        if (!Guid.TryParseExact(uuid, "D", out var id))
        {
            throw ApiException.BadRequest($"The image's signature cannot be checked: {ImageSignature.CertificateProperty} is not a UUID.");
        }

        var certificate = await certificates.FindAsync(id, cancellationToken)
            ?? throw ApiException.BadRequest($"The image's signature cannot be checked: there is no certificate {id:D} here.");
        return new ImageSignature(
            properties[ImageSignature.HashMethodProperty]!, properties[ImageSignature.KeyTypeProperty]!, properties[ImageSignature.SignatureProperty]!, certificate);
    }

    private static async Task<Dictionary<string, string?>> PropertiesAsync(DbSession session, string imageId) =>
        (await session.QueryAsync<Property>("SELECT name, value FROM image_properties WHERE image_id = @imageId", new { imageId })).ToDictionary(row => row.Name, row => row.Value);

    private sealed class Property
    {
        public string Name { get; init; } = "";

        public string? Value { get; init; }
    }
}
