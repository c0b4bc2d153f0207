namespace GlanceStore.Drivers;

/// <summary>The optional role of a driver whose backend hands out an image to whoever holds a URL.</summary>
public interface IDirectUrl
{
    /// <summary>A URL that reads the image over HTTP for a while, without further credentials.</summary>
    /// <remarks>Whoever holds the URL reads the image: it is a secret. It is made without asking whether the image is there.</remarks>
    /// <param name="location">The image.</param>
    /// <param name="lifetime">How long the URL is good for.</param>
    /// <param name="cancellationToken">Ends the wait for credentials.</param>
    /// <exception cref="ArgumentOutOfRangeException">The lifetime is nothing, or longer than the backend allows.</exception>
    ValueTask<Uri> GetDirectUrlAsync(ImageLocation location, TimeSpan lifetime, CancellationToken cancellationToken);
}
