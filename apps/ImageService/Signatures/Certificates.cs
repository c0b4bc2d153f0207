using GlanceStore.ImageService.Http;

namespace GlanceStore.ImageService.Signatures;

/// <summary>The certificates that images are signed by: files of the operator's, then secrets in Barbican.</summary>
/// <param name="options">Where the files are.</param>
/// <param name="barbican">Who is asked for what is not there; null for nobody.</param>
/// <param name="logger">Where it is told what could not be read.</param>
internal sealed partial class Certificates(ServiceOptions options, BarbicanClient? barbican, ILogger<Certificates> logger)
{
    /// <summary>Longer than any certificate.</summary>
    public const int MaxBytes = 64 << 10;

    private static readonly string[] Extensions = [".pem", ".crt", ".der"];

    /// <summary>A certificate; null where there is none of that id.</summary>
    /// <exception cref="ApiException">400: it may not be read; 503: whoever has it does not answer.</exception>
    public async Task<byte[]?> FindAsync(Guid id, CancellationToken cancellationToken) =>
        await FindFileAsync(id, cancellationToken)
        ?? (barbican is null ? null : await barbican.FindAsync(id, cancellationToken));

    private async Task<byte[]?> FindFileAsync(Guid id, CancellationToken cancellationToken)
    {
        if (options.Signatures.Certificates is not { } folder
            || Extensions.Select(extension => Path.Combine(folder, $"{id:D}{extension}")).FirstOrDefault(File.Exists) is not { } path)
        {
            return null;
        }

        try
        {
            return new FileInfo(path).Length <= MaxBytes ? await File.ReadAllBytesAsync(path, cancellationToken) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogUnreadable(logger, e, path);
            throw ApiException.Unavailable($"The certificate {id:D} cannot be read at the moment. Try again later.", e);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The certificate {Path} cannot be read.")]
    private static partial void LogUnreadable(ILogger logger, Exception error, string path);
}
