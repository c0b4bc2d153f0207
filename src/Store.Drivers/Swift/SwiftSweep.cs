using System.Runtime.CompilerServices;

namespace GlanceStore.Drivers.Swift;

/// <summary>Finds segments that no manifest holds: what a killed process left behind.</summary>
internal sealed class SwiftSweep(SwiftObjects objects, SwiftDriverOptions options)
{
    public async IAsyncEnumerable<Leftover> RunAsync(DateTimeOffset before, SweepMode mode, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var container in ContainersAsync(cancellationToken).ConfigureAwait(false))
        {
            await foreach (var upload in UploadsAsync(container, cancellationToken).ConfigureAwait(false))
            {
                if (upload.LastModified >= before || await IsHeldAsync(container, upload, cancellationToken).ConfigureAwait(false))
                {
                    continue;
                }

                if (mode == SweepMode.Remove)
                {
                    await objects.DeleteAllAsync(container, upload.Names, cancellationToken).ConfigureAwait(false);
                }

                yield return new Leftover($"{container}/{upload.Label}", upload.Size, upload.LastModified);
            }
        }
    }

    private async IAsyncEnumerable<string> ContainersAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (!options.MultiTenant)
        {
            yield return options.Container;
        }

        if (!options.MultiTenant && options.ContainersSeed == 0)
        {
            yield break;
        }

        await foreach (var found in objects.ListContainersAsync(options.Container + "_", cancellationToken).ConfigureAwait(false))
        {
            yield return found.Name;
        }
    }

    // A listing is in the order of names: the segments of one upload follow each other, so no more than one upload is in memory.
    private async IAsyncEnumerable<Upload> UploadsAsync(string container, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Upload? upload = null;
        await foreach (var entry in objects.ListAsync(container, "", cancellationToken).ConfigureAwait(false))
        {
            var (segments, legacy) = (SwiftSegments.Parse(entry.Name), SwiftSegments.ParseLegacy(entry.Name));
            if ((segments?.Id ?? legacy) is not { } id || !SwiftContainers.MayHold(options, container, id))
            {
                continue;
            }

            if (upload is not null && (upload.Segments, upload.Id) != (segments, id))
            {
                yield return upload;
                upload = null;
            }

            upload ??= new Upload(id, segments);
            upload.Add(entry);
        }

        if (upload is not null)
        {
            yield return upload;
        }
    }

    // In doubt it is: a static large object that does not say which upload made it may hold any segments.
    private async Task<bool> IsHeldAsync(string container, Upload upload, CancellationToken cancellationToken) =>
        await objects.FindAsync(container, upload.Id, cancellationToken).ConfigureAwait(false) is { IsLarge: true } found
        && (upload.Segments is null || found.IsOf(upload.Segments) || found is { IsStatic: true, Upload: null });

    private sealed class Upload(string id, SwiftSegments? segments)
    {
        private readonly List<string> _names = [];

        public string Id => id;

        public SwiftSegments? Segments => segments;

        public string Label => segments?.Everything ?? id + "-";

        public IReadOnlyList<string> Names => _names;

        public long Size { get; private set; }

        public DateTimeOffset LastModified { get; private set; }

        public void Add(SwiftEntry entry)
        {
            _names.Add(entry.Name);
            Size += entry.Size;
            LastModified = entry.LastModified > LastModified ? entry.LastModified : LastModified;
        }
    }
}
