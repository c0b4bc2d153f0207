using System.Text;
using System.Text.Json;
using GlanceStore.ImageService.Accounts;
using GlanceStore.ImageService.Http;

namespace GlanceStore.ImageService.Images;

/// <summary>What a request wants changed of an image, checked one by one, saved all together: the columns it names and no others.</summary>
internal sealed class ImageEdit(Caller caller, ImageRecord image, QuotaOptions quotas)
{
    private const int MaxValue = 65535;

    private readonly Dictionary<string, object?> _columns = [];
    private readonly Dictionary<string, string?> _properties = new(image.Properties);
    private List<string> _tags = [.. image.Tags];
    private long _bytes = image.Properties.Sum(property => BytesOf(property.Key, property.Value));

    public ImageRecord Image => image;

    /// <summary>What is changed of its places.</summary>
    public LocationEdit Locations { get; } = new(image, quotas);

    /// <summary>The columns that were set, by their names.</summary>
    public IReadOnlyDictionary<string, object?> Columns => _columns;

    public IReadOnlyDictionary<string, string?> Properties => _properties;

    public IReadOnlyList<string> Tags => _tags;

    /// <summary>Whether the image has a property of that name, as it is after the changes so far.</summary>
    public bool Has(string name) => ImageProperties.FindBase(name) is not null || _properties.ContainsKey(name);

    /// <summary>Sets a property, whether it was there or not.</summary>
    public void Set(string name, JsonElement value)
    {
        ImageProperties.RequireSettable(name);
        switch (name)
        {
            case "id":
                throw ApiException.Forbidden("Attribute 'id' is read-only.");
            case "locations":
                throw ApiException.Forbidden("An image is created without locations; a PATCH gives it some.");
            case "tags":
                _tags = TagsOf(value);
                break;
            case var _ when ImageProperties.FindBase(name) is { } property:
                SetBase(property, value);
                break;
            default:
                SetOwn(name, value);
                break;
        }
    }

    /// <summary>Removes a property that the caller gave the image. What the service says of it stays, without a word.</summary>
    public void Remove(string name)
    {
        // Nova and Cinder (purge_props) remove every property that they do not name, and would fail of those that they never gave.
        if (ImageProperties.IsOfService(name) && _properties.ContainsKey(name))
        {
            return;
        }

        ImageProperties.RequireSettable(name);
        if (ImageProperties.FindBase(name) is not null)
        {
            throw ApiException.Forbidden($"Property {name} may not be removed: every image has it.");
        }

        _bytes -= BytesOf(name);
        if (!_properties.Remove(name))
        {
            throw ApiException.Conflict($"Property {name} does not exist.");
        }
    }

    private void SetBase(ImageProperty property, JsonElement value)
    {
        var read = property.Read(value);
        switch (property.Name)
        {
            case "visibility" when (string?)read == "public" && image.Row.Visibility != "public":
                Rules.RequireAdmin(caller, "publicize images");
                break;
            case "owner" when (string?)read != image.Row.Owner:
                Rules.RequireAdmin(caller, "give images to another owner");
                break;
            case "disk_format" or "container_format" when image.Row.Status != ImageStatus.Queued:
                throw ApiException.Forbidden($"Attribute {property.Name} can be only replaced for a queued image.");
        }

        _columns[property.Name] = read;
    }

    private void SetOwn(string name, JsonElement value)
    {
        if (name.Length == 0)
        {
            throw ApiException.BadRequest("A property has a name.");
        }

        JsonBody.Checked(name, "the name of a property", ImageProperty.MaxText);
        var isNull = value.ValueKind == JsonValueKind.Null && ImageProperties.Find(name) is { IsNullable: true };
        var text = isNull ? null : JsonBody.TextOf(value, name, MaxValue);
        _bytes -= BytesOf(name);
        _properties[name] = text;
        _bytes += BytesOf(name);
        RequireRoom();
    }

    private void RequireRoom()
    {
        var count = _properties.Keys.Count(key => !key.StartsWith(ImageProperties.OwnPrefix, StringComparison.Ordinal));
        if (count > quotas.Properties)
        {
            throw ApiException.TooLarge($"The limit has been exceeded on the number of allowed image properties. Attempted: {count}, Maximum: {quotas.Properties}");
        }

        if (_bytes > quotas.PropertyBytes)
        {
            throw ApiException.TooLarge($"The limit has been exceeded on the bytes of all properties of an image together. Attempted: {_bytes}, Maximum: {quotas.PropertyBytes}");
        }
    }

    private long BytesOf(string name) => _properties.TryGetValue(name, out var value) ? BytesOf(name, value) : 0;

    // What the service itself says of an image takes nothing from what its owner may.
    private static long BytesOf(string name, string? value) =>
        ImageProperties.IsOfService(name) ? 0 : Encoding.UTF8.GetByteCount(name) + Encoding.UTF8.GetByteCount(value ?? "");

    private List<string> TagsOf(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Array)
        {
            throw ApiException.BadRequest("'tags' is a list of texts.");
        }

        List<string> tags = [.. value.EnumerateArray().Select(tag => JsonBody.TextOf(tag, "a tag", ImageProperty.MaxText)).Distinct(StringComparer.Ordinal)];
        return tags.Count <= quotas.Tags ? tags : throw TooManyTags(tags.Count, quotas);
    }

    public static ApiException TooManyTags(long count, QuotaOptions quotas) =>
        ApiException.TooLarge($"The limit has been exceeded on the number of allowed image tags. Attempted: {count}, Maximum: {quotas.Tags}");
}
