using System.Text.Json;
using GlanceStore.ImageService.Http;

namespace GlanceStore.ImageService.Images;

/// <summary>What a PATCH wants changed of the places of an image, in glance's rules: which positions there are, and in which states.</summary>
internal sealed class LocationEdit(ImageRecord image, QuotaOptions quotas)
{
    private readonly List<(LocationRow? Kept, GivenLocation? Given)> _places = [.. image.Locations.Select(kept => ((LocationRow?)kept, (GivenLocation?)null))];

    /// <summary>What is new, each with its index among all.</summary>
    public IEnumerable<(int Index, GivenLocation Given)> Added =>
        _places.Select((place, index) => (index, place.Given)).Where(place => place.Given is not null).Select(place => (place.index, place.Given!));

    /// <summary>What was there and is no longer.</summary>
    public IEnumerable<LocationRow> Removed => image.Locations.Where(old => _places.TrueForAll(place => place.Kept != old));

    public void Add(string? position, JsonElement value)
    {
        RequireStatus("add", ImageStatus.Queued, ImageStatus.Active);
        var index = position == "-" ? _places.Count
            : NumberOf(position) is { } number ? Math.Min(number, _places.Count)
            : throw ApiException.BadRequest("Invalid position for adding a location.");
        Insert(index, GivenLocation.Read(value));
    }

    /// <summary>Gives an image its first places. To name those that it has changes nothing.</summary>
    public void Replace(JsonElement value)
    {
        RequireStatus("replace", ImageStatus.Queued, ImageStatus.Active);
        if (value.ValueKind != JsonValueKind.Array)
        {
            throw ApiException.BadRequest("'locations' is a list of locations.");
        }

        GivenLocation[] given = [.. value.EnumerateArray().Select(GivenLocation.Read)];
        if (_places.Count == 0)
        {
            Array.ForEach(given, location => Insert(_places.Count, location));
        }
        else if (!given.Select(location => location.Url).Order(StringComparer.Ordinal).SequenceEqual(image.Locations.Select(location => location.Url).Order(StringComparer.Ordinal)))
        {
            throw ApiException.BadRequest("The image has locations: add to them, or remove some, but for the last one.");
        }
    }

    public void Remove(string? position)
    {
        RequireStatus("remove", ImageStatus.Active);
        if (_places.Count < 2)
        {
            throw ApiException.Forbidden("Cannot remove last location in the image.");
        }

        var index = position == "-" ? _places.Count - 1
            : NumberOf(position) is { } number ? Math.Min(number, _places.Count - 1)
            : throw ApiException.BadRequest("Invalid position for removing a location.");
        _places.RemoveAt(index);
    }

    private void Insert(int index, GivenLocation location)
    {
        if (_places.Count >= quotas.Locations)
        {
            throw ApiException.TooLarge($"The limit has been exceeded on the number of allowed image locations. Attempted: {_places.Count + 1}, Maximum: {quotas.Locations}");
        }

        if (_places.Exists(place => (place.Given?.Url ?? place.Kept?.Url) == location.Url))
        {
            throw ApiException.BadRequest("The image has that location already.");
        }

        _places.Insert(index, (null, location));
    }

    private void RequireStatus(string what, params string[] allowed)
    {
        if (!allowed.Contains(image.Row.Status))
        {
            throw ApiException.Conflict($"It's not allowed to {what} locations if image status is {image.Row.Status}.");
        }
    }

    private static int? NumberOf(string? position) =>
        position is { Length: > 0 } && position.All(char.IsAsciiDigit) ? position.Length < 9 ? int.Parse(position, System.Globalization.CultureInfo.InvariantCulture) : int.MaxValue : null;
}
