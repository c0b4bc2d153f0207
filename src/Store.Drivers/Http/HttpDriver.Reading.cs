using System.Net;
using System.Net.Http.Headers;
using GlanceStore.Drivers.Shared;

namespace GlanceStore.Drivers.Http;

// How an image, or a range of it, is opened.
public sealed partial class HttpDriver
{
    private async ValueTask<DriverReader> OpenAsync(ImageLocation location, ReadIntent intent, AnswerClock clock, CancellationToken cancellationToken)
    {
        var response = await _requests.SendAsync(HttpMethod.Get, location, request => Ask(request, intent), cancellationToken).ConfigureAwait(false);
        try
        {
            return await ReaderOfAsync(response, location, intent, clock, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    // Without conditions: servers and CDNs mistake them, and what an answer says of itself tells its version just as well.
    private static void Ask(HttpRequestMessage request, ReadIntent intent)
    {
        if (intent.Range is { } range)
        {
            request.Headers.Range = new RangeHeaderValue(range.Offset, range.Offset + range.Length - 1);
        }
    }

    private async ValueTask<DriverReader> ReaderOfAsync(
        HttpResponseMessage response, ImageLocation location, ReadIntent intent, AnswerClock clock, CancellationToken cancellationToken)
    {
        var stored = Accepted(await DescribeAsync(response, location, intent, cancellationToken).ConfigureAwait(false));
        if (intent.VersionTag is { } tag && tag != stored.VersionTag)
        {
            // Some servers leave the tag out of a part. Whether bytes of an unknown version will do, who verifies them knows.
            stored = VersionTags.AreAlike(tag, stored.VersionTag)
                ? throw HttpErrors.Unusable(StoreError.Changed, location, "has replaced the image while it was being read")
                : stored with { VersionTag = null };
        }

        var range = intent.Range?.Within(stored.Size);
        var isPart = HttpAnswer.IsPart(response);
        if (isPart)
        {
            HttpAnswer.CheckPart(response, location, range);
        }
        else
        {
            CheckWhole(response, location, range);
        }

        var length = range?.Length ?? stored.Size;
        var body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        return new HttpReader(response, body, stored, length, endsWithBody: isPart || length == stored.Size, clock);
    }

    // An answer with the whole image serves a range from its start; past that it would move bytes that nobody asked for.
    private void CheckWhole(HttpResponseMessage response, ImageLocation location, ByteRange? range)
    {
        if (response.StatusCode != HttpStatusCode.OK)
        {
            throw HttpErrors.Of(location, response, _time);
        }

        if (range is { Offset: > 0 })
        {
            throw HttpErrors.Unusable(StoreError.Unsupported, location, "reads no ranges, so the image can only be read from its start");
        }
    }

    private async ValueTask<StoredObject> DescribeAsync(
        HttpResponseMessage response, ImageLocation location, ReadIntent intent, CancellationToken cancellationToken)
    {
        var status = response.StatusCode;
        if (status == HttpStatusCode.RequestedRangeNotSatisfiable && HttpAnswer.SizeOf(response) is { } shorter)
        {
            return HttpAnswer.Describe(response, location, shorter);
        }

        if (status is not (HttpStatusCode.OK or HttpStatusCode.PartialContent))
        {
            throw HttpErrors.Of(location, response, _time);
        }

        HttpAnswer.CheckBody(response, location);
        return !HttpAnswer.IsEither(response, intent.Range) && (HttpAnswer.SizeOf(response) ?? ContentRange.KnownSize(intent)) is { } size
            ? HttpAnswer.Describe(response, location, size)
            : await DescribeBySecondAnswerAsync(response, location, intent, cancellationToken).ConfigureAwait(false);
    }

    // The answer that is open does not say how large the image is; another one may tell the size of the same version.
    private async ValueTask<StoredObject> DescribeBySecondAnswerAsync(
        HttpResponseMessage response, ImageLocation location, ReadIntent intent, CancellationToken cancellationToken)
    {
        var isEither = HttpAnswer.IsEither(response, intent.Range);
        var seen = isEither ? await LookAtAllAsync(location, cancellationToken).ConfigureAwait(false)
            : !HttpAnswer.IsPart(response) ? await LookAtFirstByteAsync(location, cancellationToken).ConfigureAwait(false)
            : null;
        var stored = HttpAnswer.Describe(response, location, seen?.Size ?? throw SizeUnknown(location));
        if (stored.VersionTag != seen.VersionTag)
        {
            throw HttpErrors.Unusable(StoreError.Changed, location, "has replaced the image while it was being opened");
        }

        return !isEither || HttpAnswer.LengthOf(response) == stored.Size
            ? stored
            : throw HttpErrors.Unusable(StoreError.Unsupported, location, "answers a range without saying which bytes it gives (200, no Content-Range)");
    }
}
