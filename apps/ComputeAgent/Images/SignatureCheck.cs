using GlanceStore.Cache;
using GlanceStore.ComputeAgent.Sources;
using GlanceStore.Drivers.File;

namespace GlanceStore.ComputeAgent.Images;

/// <summary>Whether an image has the signature that it must have, by a certificate that the operator trusts.</summary>
internal sealed class SignatureCheck(AgentOptions options, ImageCache cache)
{
    // A certificate is some kilobytes.
    private const long LargestCertificate = 1 << 20;

    /// <summary>Whether an image has no signature, and must have one.</summary>
    public bool IsMissing(ImageOrigin origin) => origin.Signature is null && options.Signatures.Require;

    /// <summary>Whether an image has to be here whole before anything of it can be used.</summary>
    /// <exception cref="StoreException"><see cref="StoreError.Refused"/>: it has none, and must have one.</exception>
    public bool IsAsked(ImageOrigin origin) => IsMissing(origin)
        ? throw new StoreException(StoreError.Refused, "The image is not signed, and this agent takes only images that are.")
        : origin.Signature is not null;

    /// <summary>Gets the image whole, and reads it once against its signature.</summary>
    /// <exception cref="StoreException"><see cref="StoreError.Refused"/>: it does not fit, or cannot be checked.</exception>
    public async Task RunAsync(SignatureRecord record, CacheSource source, IProgress<TransferProgress>? progress, CancellationToken cancellationToken)
    {
        var signature = new ImageSignature(record.HashMethod, record.KeyType, record.Signature, await CertificateAsync(record.CertificateUuid, cancellationToken));
        await using var file = await cache.EnsureAsync(source, null, progress, cancellationToken);

        // The one reader that knows signatures reads from stores; here is one that has the cached file and nothing else.
        await using var store = new ImageStore("cache", new FileDriver(new FileDriverOptions { Directory = Path.GetDirectoryName(file.Path)! }));
        var read = new ReadOptions { Signature = signature, ExpectedDigests = [file.Digest] };
        await using var image = await store.OpenReadAsync(store.ParseLocation(new Uri(file.Path).AbsoluteUri), read, cancellationToken);
        await image.CopyToAsync(Stream.Null, cancellationToken);
    }

    private async Task<byte[]> CertificateAsync(string uuid, CancellationToken cancellationToken)
    {
        // Nothing but the letters of a UUID becomes part of a path.
        if (options.Signatures.Certificates is not { } folder || !Guid.TryParse(uuid, out var id))
        {
            throw new StoreException(StoreError.Refused, options.Signatures.Certificates is null
                ? "The image's signature cannot be checked: this agent has no directory of certificates (Signatures:Certificates)."
                : $"The image's signature cannot be checked: {ImageSignature.CertificateProperty} is not a UUID.");
        }

        var path = Path.Combine(folder, $"{id:D}.pem");
        try
        {
            return new FileInfo(path).Length <= LargestCertificate ? await File.ReadAllBytesAsync(path, cancellationToken) : throw new IOException("it is larger than any certificate");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StoreException(StoreError.Refused, $"The image's signature cannot be checked: there is no certificate '{path}' that can be read.", e);
        }
    }
}
