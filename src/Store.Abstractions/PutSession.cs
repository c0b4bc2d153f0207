using System.Collections.Frozen;

namespace GlanceStore;

/// <summary>Chunks of one length that follow each other.</summary>
/// <param name="Count">How many, at least 1.</param>
/// <param name="Length">The length of each in bytes, at least 1.</param>
public readonly record struct ChunkRun(long Count, long Length);

/// <summary>How far a put has come, so that it can be gone on with after it failed or its process died. It holds no secret.</summary>
/// <remarks>
/// Serialises to JSON: <c>store</c>, <c>id</c>, <c>size</c>, <c>upload</c>, <c>plan</c> (an array of <c>count</c> and <c>length</c>) and
/// <c>chunks</c> (an array of <c>index</c>, <c>length</c> and <c>checksum</c>).
/// </remarks>
public sealed record PutSession
{
    /// <summary>Makes a session.</summary>
    /// <param name="storeId">The store the image goes to.</param>
    /// <param name="id">The image's id.</param>
    /// <param name="upload">The driver's token of the upload.</param>
    /// <param name="plan">How the image is cut into chunks.</param>
    /// <exception cref="ArgumentException">A text is empty, or the plan has a count or a length that is not positive.</exception>
    public PutSession(string storeId, ImageId id, string upload, IReadOnlyList<ChunkRun> plan)
    {
        ArgumentException.ThrowIfNullOrEmpty(storeId);
        ArgumentException.ThrowIfNullOrEmpty(id.Value, nameof(id));
        ArgumentException.ThrowIfNullOrEmpty(upload);
        ArgumentNullException.ThrowIfNull(plan);
        if (plan.Count == 0 || plan.Any(run => run.Count < 1 || run.Length < 1))
        {
            throw new ArgumentException("The plan of a session has chunks, each of a length, and this one has not.", nameof(plan));
        }

        (StoreId, Id, Upload, Plan) = (storeId, id, upload, [.. plan]);
    }

    /// <summary>The store the image goes to.</summary>
    public string StoreId { get; }

    /// <summary>The image's id.</summary>
    public ImageId Id { get; }

    /// <summary>The driver's token of the upload.</summary>
    public string Upload { get; }

    /// <summary>How the image is cut into chunks; the last of them may be shorter.</summary>
    public IReadOnlyList<ChunkRun> Plan { get; }

    /// <summary>The size of the source in bytes, or null where it was not known.</summary>
    public long? Size { get; init; }

    /// <summary>The chunks that were written, by their index.</summary>
    public IReadOnlyDictionary<int, ChunkEntry> Written { get; init; } = FrozenDictionary<int, ChunkEntry>.Empty;

    /// <summary>The session as JSON.</summary>
    public string ToJson() => PutSessionJson.Write(this);

    /// <summary>Reads a session.</summary>
    /// <exception cref="FormatException">The text is not a session, is cut short, or contradicts itself.</exception>
    public static PutSession FromJson(string json) => PutSessionJson.Read(json);

    /// <summary>The image, its store and how many chunks were written.</summary>
    public override string ToString() => $"{Id} to '{StoreId}' ({Written.Count} chunks written)";
}
