using GlanceStore.Cache;
using GlanceStore.ComputeAgent.Http;

namespace GlanceStore.ComputeAgent.Images;

/// <summary>POST /adopt: images of Nova's cache that are what they should be come into this one, without being fetched.</summary>
internal sealed class Adoption(AgentImages images, ImageCache cache)
{
    /// <summary>What became of each file of the directory.</summary>
    public async Task<IReadOnlyList<AdoptedDocument>> RunAsync(AdoptionRequest request, CancellationToken cancellationToken)
    {
        if (request.Directory is not { } directory || !Path.IsPathRooted(directory))
        {
            throw AgentException.BadRequest("'directory' is the whole path of Nova's cache, such as /var/lib/nova/instances/_base.");
        }

        foreach (var id in request.Images)
        {
            // Known, and not fetched before it was looked for here. One that is known stays as it was asked for.
            if (images.Find(Bodies.ImageIdOf(id).Value) is null)
            {
                await images.EnsureAsync(Bodies.ImageIdOf(id), new ImageRequest { Fetch = FetchMode.WhenUsed }, cancellationToken);
            }
        }

        var known = images.All.Select(image => KeyValuePair.Create(new ImageId(image.Id), image.Source)).ToArray();
        var files = new List<AdoptedDocument>();
        await foreach (var file in cache.AdoptAsync(directory, known, cancellationToken))
        {
            files.Add(new AdoptedDocument(file.Path, file.Id?.Value, file.IsAdopted, file.Reason));
            if (file is { IsAdopted: true, Id: { } id } && images.Find(id.Value) is { State: ImageState.Known } image)
            {
                images.Fetch(image); // which finds it here
            }
        }

        return files;
    }
}

/// <summary>The body of POST /adopt.</summary>
internal sealed record AdoptionRequest
{
    /// <summary>Nova's <c>_base</c>.</summary>
    public string? Directory { get; init; }

    /// <summary>The ids of images that may be in it, beside those that the agent knows; sources are asked for them.</summary>
    public IReadOnlyList<string> Images { get; init; } = [];
}

/// <summary>What became of a file.</summary>
internal sealed record AdoptedDocument(string Path, string? Image, bool Adopted, string Reason);
