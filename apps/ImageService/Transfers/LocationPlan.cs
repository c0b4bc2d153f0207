using GlanceStore.ImageService.Images;

namespace GlanceStore.ImageService.Transfers;

/// <summary>A change of an image's places that is ready to be written: what is new was read to its end, and a queued image is held meanwhile.</summary>
/// <param name="before">The image as the change was planned upon.</param>
/// <param name="upload">What holds it; null where it is active and nothing has to.</param>
/// <param name="lease">What keeps it held; null with the upload.</param>
internal sealed class LocationPlan(ImageRecord before, Upload? upload, Lease? lease) : IAsyncDisposable
{
    private readonly Dictionary<string, ImageReceipt> _receipts = new(StringComparer.Ordinal);

    public Upload? Upload => upload;

    /// <summary>Whether the image was deleted, or taken by another one, meanwhile.</summary>
    public bool IsLost => lease?.IsLost ?? false;

    public CancellationToken TokenOr(CancellationToken other) => lease?.Token ?? other;

    public void Add(GivenLocation given, ImageReceipt receipt) => _receipts.Add(given.Url, receipt);

    public ImageReceipt ReceiptOf(GivenLocation given) => _receipts[given.Url];

    /// <summary>The image as the patch is done to it: while this holds it, it is queued for the patch.</summary>
    public ImageRecord Seen(ImageRecord now) =>
        upload is not null && now.Row.Status == ImageStatus.Saving && now.Row.UploadId == upload.UploadId ? now with { Row = now.Row with { Status = ImageStatus.Queued } } : now;

    /// <summary>Whether the image still has the places that the plan was made upon.</summary>
    public bool FitsStill(ImageRecord now) => now.Locations.Select(PlaceOf).SequenceEqual(before.Locations.Select(PlaceOf));

    public ValueTask DisposeAsync() => lease?.DisposeAsync() ?? default;

    private static (long Position, string Url) PlaceOf(LocationRow place) => (place.Position, place.Url);
}
