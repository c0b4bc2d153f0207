using GlanceStore.Cache;
using GlanceStore.ComputeAgent.Events;

namespace GlanceStore.ComputeAgent.Images;

/// <summary>One image that the agent was asked for, and how far it is.</summary>
internal sealed class AgentImage
{
    private readonly Lock _lock = new();
    private CancellationTokenSource? _download;

    public AgentImage(ImageRecord record, ImageState state)
    {
        Record = record;
        Source = record.Origin.ToSource();
        State = state;
    }

    public string Id => Record.Id;

    public ImageRecord Record { get; private set; }

    public CacheSource Source { get; private set; }

    public ImageState State { get; private set; }

    public TransferProgress Progress { get; private set; }

    public ImageFailure? Failure { get; private set; }

    /// <summary>What is told of it.</summary>
    public EventSubject Told { get; } = new();

    /// <summary>The same image, asked for in another way.</summary>
    public void Update(ImageRecord record)
    {
        lock (_lock)
        {
            (Record, Source) = (record, record.Origin.ToSource());
        }
    }

    /// <summary>Waits for its turn from now on, unless it does already, is on its way, or was deleted.</summary>
    public bool TryQueue()
    {
        lock (_lock)
        {
            if (State is ImageState.Queued or ImageState.Downloading || Told.IsGone)
            {
                return false;
            }

            (State, Progress, Failure) = (ImageState.Queued, default, null);
            return true;
        }
    }

    /// <summary>Its turn has come; null where it is not waiting any more.</summary>
    public CancellationTokenSource? TryBegin(CancellationToken stopping)
    {
        lock (_lock)
        {
            if (State != ImageState.Queued)
            {
                return null;
            }

            State = ImageState.Downloading;
            return _download = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        }
    }

    /// <summary>It is not here any more; false where it is asked for again already.</summary>
    public bool TryLose()
    {
        lock (_lock)
        {
            if (State != ImageState.Ready)
            {
                return false;
            }

            State = ImageState.Known;
            return true;
        }
    }

    public void Report(TransferProgress progress)
    {
        lock (_lock)
        {
            // Several chunks at once tell in any order.
            if (State == ImageState.Downloading && progress.Bytes >= Progress.Bytes)
            {
                Progress = progress;
            }
        }
    }

    public void End(ImageState state, ImageFailure? failure = null)
    {
        lock (_lock)
        {
            (State, Failure, _download) = (state, failure, null);
        }
    }

    /// <summary>Ends what is on its way.</summary>
    public Task StopAsync()
    {
        lock (_lock)
        {
            if (State == ImageState.Queued)
            {
                State = ImageState.Known;
            }

            return _download?.CancelAsync() ?? Task.CompletedTask;
        }
    }
}

/// <summary>Why an image is not to be had.</summary>
internal sealed record ImageFailure(string Code, string Detail);
