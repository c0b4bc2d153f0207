using Renci.SshNet.Sftp;

namespace GlanceStore.Drivers.Sftp;

public sealed partial class SftpDriver
{
    /// <inheritdoc/>
    /// <remarks>
    /// SFTP lists a directory as a whole and in no order, so each page reads all of it and tells the names that come next in ordinal order. Uploads under way or
    /// left behind are told with the first page, whatever the prefix: their names hold no id.
    /// </remarks>
    public async ValueTask<ListingPage> ListAsync(ListingRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        using var lease = await _store.Connections.LeaseAsync(cancellationToken).ConfigureAwait(false);
        var isFirst = request.Continuation is null;
        var files = await _store.Directory.ListAsync(
            lease, file => IsAsked(file.Name, request) || (isFirst && SftpLocations.IsPart(file.Name)), cancellationToken).ConfigureAwait(false);
        var images = files.Where(file => !SftpLocations.IsPart(file.Name)).OrderBy(file => file.Name, StringComparer.Ordinal).Take(request.MaxImages + 1).ToList();
        var page = images.Take(request.MaxImages)
            .Select(file => new ListedImage(file.Name, SftpAttributes.Describe(LocationOf(new ImageId(file.Name)), file.Attributes))).ToList();
        return new ListingPage(
            page,
            [.. files.Where(file => SftpLocations.IsPart(file.Name)).Select(LeftoverOf)],
            images.Count > page.Count ? page[^1].Name : null);
    }

    private static bool IsAsked(string name, ListingRequest request) => ImageId.TryParse(name, out _)
        && name.StartsWith(request.Prefix, StringComparison.Ordinal)
        && (request.Continuation is not { } last || string.CompareOrdinal(name, last) > 0);

    // A part whose age is not told may be an upload under way.
    private Leftover LeftoverOf(ISftpFile part) => new(
        _store.Directory.PathOf(part.Name),
        part.Attributes.Size < 0 ? null : part.Attributes.Size,
        SftpAttributes.LastWritten(part.Attributes) ?? _store.Time.GetUtcNow());
}
