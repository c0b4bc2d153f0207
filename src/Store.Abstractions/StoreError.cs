namespace GlanceStore;

/// <summary>What went wrong, in the one vocabulary of all stores. Programs act on the code, people read the message.</summary>
public enum StoreError
{
    /// <summary>There is no image at the location.</summary>
    NotFound,

    /// <summary>An image of that id is there already, and the put was to create a new one.</summary>
    AlreadyExists,

    /// <summary>The backend knows who asks and refuses.</summary>
    AccessDenied,

    /// <summary>The backend does not accept the credentials, or there are none.</summary>
    NotAuthenticated,

    /// <summary>The backend is full, or a quota is used up.</summary>
    OutOfSpace,

    /// <summary>The image is larger than the store, the caller or the memory budget allows.</summary>
    TooLarge,

    /// <summary>The source gave fewer or more bytes than were declared.</summary>
    SizeMismatch,

    /// <summary>The bytes are not those that were stored or expected: a digest, a checksum or a length differs.</summary>
    Corrupted,

    /// <summary>The range asked for does not lie in the image.</summary>
    InvalidRange,

    /// <summary>The stored image was replaced while it was being read.</summary>
    Changed,

    /// <summary>The backend asks to slow down, or every buffer of the memory budget is taken.</summary>
    Throttled,

    /// <summary>The backend cannot be reached or failed.</summary>
    Unavailable,

    /// <summary>The backend stopped answering in the middle of an operation.</summary>
    Stalled,

    /// <summary>The store cannot do what was asked, whatever the image.</summary>
    Unsupported,

    /// <summary>The location is malformed, of another kind of store, or outside the store.</summary>
    InvalidLocation,

    /// <summary>A store's settings are wrong; the message lists every mistake.</summary>
    InvalidConfiguration,

    /// <summary>The session of a put is of another image or another store, cannot be written, or its upload is no longer there.</summary>
    InvalidSession,

    /// <summary>The image is in use: somebody has it open, or clones or snapshots hang on it, or it is a segment of another one. It is untouched.</summary>
    InUse,

    /// <summary>
    /// The image is not what the caller requires, or leads to what is outside of it (<see cref="StoreException.Inspection"/> tells what it is), or its
    /// signature is not one of these bytes or cannot be checked.
    /// </summary>
    Refused,
}
