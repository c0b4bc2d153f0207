namespace GlanceStore.Drivers;

/// <summary>The optional role of a driver whose backend itself keeps who may read and write an image.</summary>
public interface IAccessLists
{
    /// <summary>Says who besides its owner may read and write an image; who could before and is not named, no longer can.</summary>
    /// <param name="location">The image.</param>
    /// <param name="access">Who may.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="StoreException"><see cref="StoreError.NotFound"/>: there is no such image.</exception>
    ValueTask SetAccessAsync(ImageLocation location, ImageAccess access, CancellationToken cancellationToken);
}

/// <summary>Who besides its owner may read and write an image.</summary>
public sealed record ImageAccess
{
    /// <summary>Whether everybody may read it; then <see cref="Readers"/> does not matter.</summary>
    public bool IsPublic { get; init; }

    /// <summary>The ids of the projects that may read it.</summary>
    public IReadOnlyList<string> Readers { get; init; } = [];

    /// <summary>The ids of the projects that may write it.</summary>
    public IReadOnlyList<string> Writers { get; init; } = [];
}
