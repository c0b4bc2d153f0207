using System.Globalization;
using System.Text.Json;

namespace GlanceStore.Cli;

/// <summary>Compares what stores hold with what there should be, and prints a line for each image that is only on one side.</summary>
internal sealed class InventoryComparison(StoreContents contents, TextWriter output, bool asJson)
{
    private const long MaxIdsBytes = 256L << 20;
    private const int LongestLine = 80;

    // By store as well: two accounts can have images of one location.
    private readonly Dictionary<(string Store, string Uri), ListedJson> _unknown = [];
    private bool _isUnread;
    private int _missing;

    public ExitCode ExitCode =>
        _isUnread ? ExitCode.Failed
        : _missing > 0 ? ExitCode.NotFound
        : _unknown.Count > 0 ? ExitCode.NotVerified
        : ExitCode.Done;

    public Task ListAsync(CancellationToken cancellationToken) => contents.ReadAsync("", (store, page) =>
    {
        foreach (var (name, stored) in page.Images)
        {
            _unknown[(store.Id, stored.Location.Uri)] = new ListedJson(name, stored.Location.Uri, store.Id, stored.Size, stored.VersionTag, stored.LastModified);
        }
    }, cancellationToken);

    public async Task CompareWithReceiptsAsync(ImageStores stores, IEnumerable<string> files, CancellationToken cancellationToken)
    {
        foreach (var file in files)
        {
            try
            {
                var receipt = await ImageReference.ReadKnownAsync(file, stores, cancellationToken);
                var store = stores.StoreOf(receipt.Location);
                await CompareAsync(store, store.ParseLocation(receipt.Location.Uri), file, cancellationToken);
            }
            catch (Exception e) when (e is UsageException or StoreException)
            {
                _isUnread = true;
                StandardStreams.Tell(e is StoreException ? $"The receipt '{file}': {e.Message}" : e.Message);
            }
        }

        TellUnknown();
    }

    public async Task CompareWithIdsAsync(string file, CancellationToken cancellationToken)
    {
        var locations = _unknown.Values.GroupBy(image => image.Name, StringComparer.Ordinal)
            .ToDictionary(same => same.Key, same => same.Select(image => (image.Store, image.Location)).ToArray(), StringComparer.Ordinal);
        foreach (var id in await IdsInAsync(file, cancellationToken))
        {
            if (locations.TryGetValue(id.Value, out var places))
            {
                Array.ForEach(places, place => _unknown.Remove(place));
            }
            else if (!await IsPutMeanwhileAsync(id, cancellationToken))
            {
                TellMissing(id.Value, null, null);
            }
        }

        TellUnknown();
    }

    // A receipt of a store that was not asked for says nothing of the others.
    private async Task CompareAsync(IImageStore store, ImageLocation location, string file, CancellationToken cancellationToken)
    {
        if (contents.Stores.Contains(store) && !_unknown.Remove((store.Id, location.Uri)) && await store.FindAsync(location, cancellationToken) is null)
        {
            TellMissing(file, location.ToString(), store.Id);
        }
    }

    private async Task<bool> IsPutMeanwhileAsync(ImageId id, CancellationToken cancellationToken)
    {
        foreach (var store in contents.Stores)
        {
            if (await store.FindAsync(store.LocationOf(id), cancellationToken) is not null)
            {
                return true;
            }
        }

        return false;
    }

    private static async Task<IEnumerable<ImageId>> IdsInAsync(string file, CancellationToken cancellationToken)
    {
        try
        {
            var text = await NamedText.ReadAsync(file, MaxIdsBytes, cancellationToken);
            return text.Split('\n', StringSplitOptions.TrimEntries).Select((line, index) => IdIn(line, index + 1, file)).OfType<ImageId>().Distinct().ToArray();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new UsageException($"The file '{file}' of the ids cannot be read: {Texts.ReasonOf(e, file)}", e);
        }
    }

    // The whole file is refused: of another list, or of one with a heading or other columns, every line would be told to be missing.
    private static ImageId? IdIn(string line, int number, string file) =>
        line.Length == 0 ? null
        : ImageId.TryParse(line, null, out var id) ? id
        : throw new UsageException($"Line {number} of the file '{file}' of the ids is no image id: '{(line.Length > LongestLine ? line[..LongestLine] + "…" : line)}'.");

    private void TellMissing(string known, string? location, string? store)
    {
        _missing++;
        Write(new OrphanJson("missing", known, location, store, null, null));
    }

    private void TellUnknown()
    {
        foreach (var image in _unknown.Values)
        {
            Write(new OrphanJson("unknown", image.Name, image.Location, image.Store, image.Size, image.LastModified));
        }
    }

    private void Write(OrphanJson orphan) => output.WriteLine(asJson
        ? JsonSerializer.Serialize(orphan, CliJsonLines.Default.OrphanJson)
        : string.Join('\t',
            orphan.Finding,
            Texts.OneLine(orphan.Finding == "missing" ? orphan.Name : orphan.Location!),
            orphan.Size?.ToString(CultureInfo.InvariantCulture) ?? orphan.Location ?? "-",
            orphan.LastModified?.ToString("O", CultureInfo.InvariantCulture) ?? "-"));
}
