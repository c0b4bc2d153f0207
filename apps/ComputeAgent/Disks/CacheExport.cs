using GlanceStore.Cache;
using GlanceStore.Formats;
using GlanceStore.Nbd;

namespace GlanceStore.ComputeAgent.Disks;

/// <summary>An image of the cache as a block device: what a guest reads comes first, what it did not read yet follows behind.</summary>
internal sealed partial class CacheExport : NbdExport
{
    // As much as is read into nothing at a time when a client says what it will read soon, for one request after the other: clients ask for any number.
    private const int Piece = 64 << 10;

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(60);

    private readonly CachedImage _image;
    private readonly SemaphoreSlim _turn = new(1);
    private readonly CancellationTokenSource _ending = new();
    private Task _filling = Task.CompletedTask;

    public CacheExport(string name, CachedImage image)
        : base(name, image.Size) => _image = image;

    public override bool CanCache => true;

    /// <summary>Gets the rest of the image, at the rate that is set for that, however long its stores are away meanwhile.</summary>
    public void Fill(TimeProvider time, ILogger logger) => _filling = FillAsync(time, logger);

    public override async ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (await _image.ReadAtAsync(offset, buffer, cancellationToken) != buffer.Length)
        {
            throw new EndOfStreamException("The image ended before its size.");
        }
    }

    public override ValueTask ReadyAsync(long offset, long length, CancellationToken cancellationToken) => _image.FetchAsync(offset, length, cancellationToken);

    public override IAsyncEnumerable<DiskExtent> GetExtentsAsync(long offset, long length, CancellationToken cancellationToken) =>
        _image.GetExtentsAsync(offset, length, cancellationToken);

    public override async ValueTask CacheAsync(long offset, long length, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            var buffer = new byte[Math.Min(Piece, length)];
            for (var end = offset + length; offset < end; offset += buffer.Length)
            {
                await _image.ReadAtAsync(offset, buffer.AsMemory(0, (int)Math.Min(buffer.Length, end - offset)), cancellationToken);
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _filling.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _image.DisposeAsync();
        _ending.Dispose();
    }

    private async Task FillAsync(TimeProvider time, ILogger logger)
    {
        for (var pause = FirstPause; !await TryFillAsync(pause == FirstPause ? logger : null); pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            await Task.Delay(pause, time, _ending.Token);
        }
    }

    private async Task<bool> TryFillAsync(ILogger? logger)
    {
        try
        {
            await _image.FillAsync(cancellationToken: _ending.Token);
            return true;
        }
        catch (Exception e) when (!_ending.IsCancellationRequested)
        {
            if (logger is not null)
            {
                LogNotFilled(logger, Name, e.Message);
            }

            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "What the export {Export} has not read yet could not be fetched behind it; that is tried again until it is, and not told again: {Reason}")]
    private static partial void LogNotFilled(ILogger logger, string export, string reason);
}
