using Microsoft.Win32.SafeHandles;

namespace GlanceStore.Drivers.File;

// The file an image is written to before it has its name. To dispose of one that has not got it leaves nothing behind.
internal abstract class PartFile(SafeFileHandle handle) : IDisposable
{
    public SafeFileHandle Handle => handle;

    public bool IsPublished { get; private set; }

    public virtual string? Token => null;

    // Once is enough, however often a commit is tried.
    public void Publish(string target, WriteMode mode)
    {
        if (IsPublished)
        {
            return;
        }

        try
        {
            PublishAs(target, mode);
        }
        catch (Exception e) when (FileErrors.From(e, $"store {target}") is { } error)
        {
            throw error;
        }

        IsPublished = true;
        OnPublished();
    }

    public virtual void Dispose() => handle.Dispose();

    // Of a writer that nobody has heard of: nothing stays of it.
    public virtual void Discard() => Dispose();

    protected abstract void PublishAs(string target, WriteMode mode);

    // Never throws: the image has its name.
    protected virtual void OnPublished()
    {
    }
}
