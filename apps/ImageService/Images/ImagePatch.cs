using System.Text.Json;
using GlanceStore.ImageService.Http;

namespace GlanceStore.ImageService.Images;

/// <summary>One step of a PATCH.</summary>
/// <param name="Op"><c>add</c>, <c>replace</c> or <c>remove</c>.</param>
/// <param name="Name">The property.</param>
/// <param name="Value">What it becomes; null for a removal.</param>
/// <param name="Position">Which of its items, of <c>locations</c>: a number, or <c>-</c> for the end; else null.</param>
internal sealed record PatchStep(string Op, string Name, JsonElement? Value, string? Position);

/// <summary>Reads both forms of OpenStack's JSON patches for images, of version 2.1 and 2.0, and does what they say.</summary>
internal sealed class ImagePatch
{
    public const string Version21 = "application/openstack-images-v2.1-json-patch";
    public const string Version20 = "application/openstack-images-v2.0-json-patch";

    private const string Locations = "locations";

    private static readonly string[] Ops = ["add", "replace", "remove"];

    private readonly bool _isVersion20;
    private readonly List<PatchStep> _steps;

    private ImagePatch(bool isVersion20, List<PatchStep> steps) => (_isVersion20, _steps) = (isVersion20, steps);

    /// <summary>Whether it changes the places of an image.</summary>
    public bool HasLocations => _steps.Exists(step => step.Name == Locations);

    /// <summary>Reads a patch.</summary>
    /// <param name="body">Its JSON, which has to stay until the patch was applied.</param>
    /// <param name="isVersion20">Whether it is of the older form.</param>
    /// <exception cref="ApiException">400: it is not of that form.</exception>
    public static ImagePatch Read(JsonDocument body, bool isVersion20)
    {
        if (body.RootElement.ValueKind != JsonValueKind.Array)
        {
            throw ApiException.BadRequest("The request body must be a JSON array of operation objects.");
        }

        return new ImagePatch(isVersion20, [.. body.RootElement.EnumerateArray().Select(step => isVersion20 ? Read20(step) : Read21(step))]);
    }

    /// <summary>Does all steps, in their order.</summary>
    /// <exception cref="ApiException">403, 409 or 400: a step cannot be done, so none is.</exception>
    public void Apply(ImageEdit edit)
    {
        foreach (var (op, name, value, position) in _steps)
        {
            if (name == Locations)
            {
                Apply(edit.Locations, op, value, position);
                continue;
            }

            if (op == "remove")
            {
                edit.Remove(name);
                continue;
            }

            if (op == "replace" && !edit.Has(name))
            {
                throw ApiException.Conflict($"Property {name} does not exist.");
            }

            if (op == "add" && _isVersion20 && edit.Has(name))
            {
                throw ApiException.Conflict($"Property {name} already present.");
            }

            edit.Set(name, value!.Value);
        }
    }

    private static void Apply(LocationEdit locations, string op, JsonElement? value, string? position)
    {
        switch (op)
        {
            case "add":
                locations.Add(position, value!.Value);
                break;
            case "replace":
                locations.Replace(value!.Value);
                break;
            default:
                locations.Remove(position);
                break;
        }
    }

    private static PatchStep Read21(JsonElement step)
    {
        if (step.ValueKind != JsonValueKind.Object)
        {
            throw ApiException.BadRequest("Operations must be JSON objects.");
        }

        var op = TextOf(step, "op");
        return Ops.Contains(op)
            ? StepOf(step, op, TextOf(step, "path"))
            : throw ApiException.BadRequest($"Operations are {string.Join(", ", Ops)}, and one is not.");
    }

    private static PatchStep Read20(JsonElement step)
    {
        if (step.ValueKind != JsonValueKind.Object)
        {
            throw ApiException.BadRequest("Operations must be JSON objects.");
        }

        string[] ops = [.. Ops.Where(op => step.TryGetProperty(op, out _))];
        return ops.Length == 1
            ? StepOf(step, ops[0], TextOf(step, ops[0]))
            : throw ApiException.BadRequest($"An operation object contains exactly one of {string.Join(", ", Ops)}.");
    }

    private static PatchStep StepOf(JsonElement step, string op, string path)
    {
        var (name, position) = NameOf(path);
        if (name == Locations && (op == "replace") != (position is null))
        {
            throw ApiException.BadRequest($"The operation \"{op}\" of locations has a path such as {(op == "replace" ? "/locations" : "/locations/-")}.");
        }

        return op == "remove" ? new PatchStep(op, name, null, position)
            : step.TryGetProperty("value", out var value) ? new PatchStep(op, name, value, position)
            : throw ApiException.BadRequest($"Operation \"{op}\" requires a member named \"value\".");
    }

    private static string TextOf(JsonElement step, string member) => step.TryGetProperty(member, out var value)
        ? JsonBody.TextOf(value, member, 2 * ImageProperty.MaxText)
        : throw ApiException.BadRequest($"An operation has a member named \"{member}\", and one has not.");

    // A JSON pointer (RFC 6901) of one step; locations are reached with two.
    private static (string Name, string? Position) NameOf(string path)
    {
        if (!path.StartsWith('/'))
        {
            throw ApiException.BadRequest($"The pointer {path} does not start with \"/\".");
        }

        var name = path[1..];
        if (name.StartsWith(Locations + "/", StringComparison.Ordinal))
        {
            return (Locations, name[(Locations.Length + 1)..]);
        }

        return name.Length == 0 || name.Contains('/') || !HasWholeEscapes(name)
            ? throw ApiException.BadRequest($"The pointer {path} does not name one property.")
            : (name.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal), null);
    }

    private static bool HasWholeEscapes(string name)
    {
        for (var i = name.IndexOf('~', StringComparison.Ordinal); i >= 0; i = name.IndexOf('~', i + 1))
        {
            if (i + 1 == name.Length || name[i + 1] is not ('0' or '1'))
            {
                return false;
            }
        }

        return true;
    }
}
