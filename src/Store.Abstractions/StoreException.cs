using System.Globalization;

namespace GlanceStore;

/// <summary>The one exception of all stores: a code to act on, a sentence to read, and where it happened.</summary>
/// <remarks>
/// Misuse of an API is an <see cref="ArgumentException"/>, cancellation an <see cref="OperationCanceledException"/>, and what the
/// caller's own stream throws passes through unchanged. A message never holds a secret.
/// </remarks>
public sealed class StoreException : IOException
{
    /// <summary>Makes an error.</summary>
    /// <param name="error">The code.</param>
    /// <param name="message">One sentence: what failed, on what, why, and what to do about it.</param>
    /// <param name="innerException">The original error, where there is one.</param>
    public StoreException(StoreError error, string message, Exception? innerException = null)
        : base(message, innerException) => Error = error;

    /// <summary>The code.</summary>
    public StoreError Error { get; }

    /// <summary>Whether the same call may succeed when it is made again; false unless set.</summary>
    public bool IsTransient { get; init; }

    /// <summary>How long the backend asks to wait before the next call; null where it does not say.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The backend's own id of the failed request, to show to its operator; null where there is none.</summary>
    public string? RequestId { get; init; }

    /// <summary>What the image was found to be, where that is why it was <see cref="StoreError.Refused"/>; else null.</summary>
    public ImageInspection? Inspection { get; init; }

    /// <summary>How many times the failing step was tried; 1 where it was not repeated.</summary>
    public int Attempts { get; private set; } = 1;

    /// <summary>The id of the store, once the error has passed the front.</summary>
    public string? StoreId { get; private set; }

    /// <summary>What was being done: <c>put</c>, <c>read</c>, <c>find</c>, <c>delete</c>.</summary>
    public string? Operation { get; private set; }

    /// <summary>The image it was done to.</summary>
    public ImageLocation? Location { get; private set; }

    /// <summary>The sentence, with the number of attempts where there was more than one.</summary>
    public override string Message => Attempts == 1
        ? base.Message
        : string.Create(CultureInfo.InvariantCulture, $"{base.Message} (after {Attempts} attempts)");

    /// <summary>Notes how often the failing step was tried. Called by the front's retry, nowhere else.</summary>
    public StoreException AfterAttempts(int attempts)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(attempts, 1);
        Attempts = attempts;
        return this;
    }

    /// <summary>Notes where it happened; the first note stands. Called by the front as the error passes, nowhere else.</summary>
    public StoreException During(string operation, string storeId, ImageLocation? location)
    {
        Operation ??= operation;
        StoreId ??= storeId;
        Location ??= location;
        return this;
    }
}
