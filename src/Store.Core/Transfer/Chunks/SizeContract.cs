namespace GlanceStore.Transfer;

/// <summary>The size a source must have and the size it may have, in bytes; either may be open.</summary>
internal sealed record SizeContract(long? Declared, long Most)
{
    /// <exception cref="StoreException"><see cref="StoreError.TooLarge"/>: the declared size is over the limit.</exception>
    public void CheckDeclared()
    {
        if (Declared > Most)
        {
            throw new StoreException(StoreError.TooLarge, $"The image has {Declared} bytes, and at most {Most} are allowed.");
        }
    }

    /// <exception cref="StoreException"><see cref="StoreError.SizeMismatch"/> or <see cref="StoreError.TooLarge"/>.</exception>
    public void CheckNotMore(long bytes)
    {
        if (bytes > Declared)
        {
            throw new StoreException(StoreError.SizeMismatch, $"The source gives more than the {Declared} bytes that were declared.");
        }

        if (bytes > Most)
        {
            throw new StoreException(StoreError.TooLarge, $"The image is larger than the {Most} bytes that are allowed.");
        }
    }

    /// <exception cref="StoreException"><see cref="StoreError.SizeMismatch"/>.</exception>
    public void CheckWhole(long bytes)
    {
        if (Declared is { } declared && bytes < declared)
        {
            throw new StoreException(StoreError.SizeMismatch, $"The source ended after {bytes} of the {declared} bytes that were declared.");
        }
    }
}
