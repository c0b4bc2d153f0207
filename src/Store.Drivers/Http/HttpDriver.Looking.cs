using System.Net;
using System.Net.Http.Headers;

namespace GlanceStore.Drivers.Http;

// How the size of an image is found out without reading it.
public sealed partial class HttpDriver
{
    private async ValueTask<StoredObject?> LookAsync(ImageLocation location, CancellationToken cancellationToken)
    {
        using var response = await _requests.SendAsync(HttpMethod.Head, location, static _ => { }, cancellationToken).ConfigureAwait(false);

        // A HEAD that is refused may be a GET that is not: signed URLs are signed for one method. And frameworks that forget the length say 0.
        if (response.StatusCode is HttpStatusCode.OK ? response.Content.Headers.ContentLength is null or 0 : IsRefusedHead(response.StatusCode))
        {
            return await LookAtFirstByteAsync(location, cancellationToken).ConfigureAwait(false);
        }

        return FoundIn(response, location);
    }

    private async ValueTask<StoredObject?> LookAtFirstByteAsync(ImageLocation location, CancellationToken cancellationToken)
    {
        using var response = await _requests.SendAsync(
            HttpMethod.Get, location, static request => request.Headers.Range = new RangeHeaderValue(0, 0), cancellationToken).ConfigureAwait(false);
        return FoundIn(response, location);
    }

    private StoredObject? FoundIn(HttpResponseMessage response, ImageLocation location)
    {
        if (response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Gone)
        {
            return null;
        }

        if (response.StatusCode is not (HttpStatusCode.OK or HttpStatusCode.PartialContent or HttpStatusCode.RequestedRangeNotSatisfiable))
        {
            throw HttpErrors.Of(location, response, _time);
        }

        HttpAnswer.CheckEncoding(response, location);
        return Accepted(HttpAnswer.Describe(response, location, HttpAnswer.SizeOf(response) ?? throw SizeUnknown(location)));
    }

    private StoredObject Accepted(StoredObject stored) => stored.Size <= (_options.MaxImageBytes ?? long.MaxValue)
        ? stored
        : throw HttpErrors.Unusable(StoreError.TooLarge, stored.Location,
            $"has an image of {stored.Size} bytes, more than the {_options.MaxImageBytes} of 'MaxImageBytes'");

    private static StoreException SizeUnknown(ImageLocation location) =>
        HttpErrors.Unusable(StoreError.Unsupported, location, "does not say how large the image is, so nobody could tell whether all of it arrived");

    private static bool IsRefusedHead(HttpStatusCode status) => (int)status is 400 or 403 or 405 or 406 or 415 or 500 or 501;
}
