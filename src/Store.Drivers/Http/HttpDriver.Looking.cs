using System.Net;
using System.Net.Http.Headers;

namespace GlanceStore.Drivers.Http;

// How the size of an image is found out without reading it.
public sealed partial class HttpDriver
{
    private async ValueTask<StoredObject?> LookAsync(ImageLocation location, CancellationToken cancellationToken)
    {
        using var response = await HeadAsync(location, cancellationToken).ConfigureAwait(false);

        // A HEAD that is refused, in whatever way, may be a GET that is not: signed URLs are signed for one method, and frameworks know one.
        return response is null || !TellsSize(response)
            ? await LookAtFirstByteAsync(location, cancellationToken).ConfigureAwait(false)
            : FoundIn(response, location);
    }

    // Null where the server has no answer to it: some hang up.
    private async ValueTask<HttpResponseMessage?> HeadAsync(ImageLocation location, CancellationToken cancellationToken)
    {
        try
        {
            return await _requests.SendAsync(HttpMethod.Head, location, static _ => { }, cancellationToken).ConfigureAwait(false);
        }
        catch (HttpRequestException e) when (HttpErrors.IsHangUp(e))
        {
            return null;
        }
    }

    // Frameworks that forget the length say 0. Of a server that is not well now another request would tell nothing else.
    private static bool TellsSize(HttpResponseMessage head) => head.StatusCode is HttpStatusCode.OK
        ? HttpAnswer.SizeOf(head) > 0
        : HttpErrors.IsPassing(head.StatusCode);

    private async ValueTask<StoredObject?> LookAtFirstByteAsync(ImageLocation location, CancellationToken cancellationToken)
    {
        using var response = await _requests.SendAsync(
            HttpMethod.Get, location, static request => request.Headers.Range = new RangeHeaderValue(0, 0), cancellationToken).ConfigureAwait(false);
        return HttpAnswer.IsEither(response, new ByteRange(0, 1))
            ? await LookAtAllAsync(location, cancellationToken).ConfigureAwait(false)
            : FoundIn(response, location);
    }

    // Without a range there is no part that the answer could be. Its body is not read.
    private async ValueTask<StoredObject?> LookAtAllAsync(ImageLocation location, CancellationToken cancellationToken)
    {
        using var response = await _requests.SendAsync(HttpMethod.Get, location, static _ => { }, cancellationToken).ConfigureAwait(false);
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

        HttpAnswer.CheckBody(response, location);
        return Accepted(HttpAnswer.Describe(response, location, HttpAnswer.SizeOf(response) ?? throw SizeUnknown(location)));
    }

    private StoredObject Accepted(StoredObject stored) => stored.Size <= (_options.MaxImageBytes ?? long.MaxValue)
        ? stored
        : throw HttpErrors.Unusable(StoreError.TooLarge, stored.Location,
            $"has an image of {stored.Size} bytes, more than the {_options.MaxImageBytes} of 'MaxImageBytes'");

    private static StoreException SizeUnknown(ImageLocation location) =>
        HttpErrors.Unusable(StoreError.Unsupported, location, "does not say how large the image is, so nobody could tell whether all of it arrived");
}
