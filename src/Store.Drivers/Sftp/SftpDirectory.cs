using Renci.SshNet.Sftp;

namespace GlanceStore.Drivers.Sftp;

/// <summary>The directory of the images on the server: what is in it, and that nothing leads out of it.</summary>
internal sealed class SftpDirectory(string path)
{
    private volatile string? _real;

    /// <summary>The path of a file in it.</summary>
    public string PathOf(string name) => path.EndsWith('/') ? path + name : $"{path}/{name}";

    /// <summary>What the server says of a file, or null where it is not there.</summary>
    /// <exception cref="StoreException"><see cref="StoreError.InvalidLocation"/>: it is a link, or no file at all.</exception>
    public async Task<ISftpFile?> FindAsync(SftpLease lease, string name, CancellationToken cancellationToken)
    {
        if (await GetAsync(lease, PathOf(name), cancellationToken).ConfigureAwait(false) is not { } file)
        {
            return null;
        }

        _real ??= (await GetAsync(lease, path, cancellationToken).ConfigureAwait(false))?.FullName;
        return SftpAttributes.MayBeFile(file.Attributes) && _real is { } real && file.FullName == $"{real.TrimEnd('/')}/{name}"
            ? file
            : throw new StoreException(StoreError.InvalidLocation,
                $"{PathOf(name)} is no file of its own in the store's directory but a link, a directory or the like.");
    }

    /// <summary>Deletes a file; false where it was not there.</summary>
    public async Task<bool> DeleteAsync(SftpLease lease, string name, CancellationToken cancellationToken)
    {
        try
        {
            await lease.RunAsync($"Deleting {PathOf(name)}", client => client.DeleteFileAsync(PathOf(name), cancellationToken)).ConfigureAwait(false);
            return true;
        }
        catch (StoreException e) when (e.Error == StoreError.NotFound)
        {
            return false;
        }
    }

    /// <summary>The files in it that are asked for, in no order; none where it is not there.</summary>
    public async Task<IReadOnlyList<ISftpFile>> ListAsync(SftpLease lease, Func<ISftpFile, bool> asked, CancellationToken cancellationToken)
    {
        if (await GetAsync(lease, path, cancellationToken).ConfigureAwait(false) is null)
        {
            return [];
        }

        return await lease.RunAsync($"Listing {path}", async client =>
        {
            var files = new List<ISftpFile>();
            await foreach (var file in client.ListDirectoryAsync(path, cancellationToken).ConfigureAwait(false))
            {
                if (SftpAttributes.MayBeFile(file.Attributes) && asked(file))
                {
                    files.Add(file);
                }
            }

            return files;
        }).ConfigureAwait(false);
    }

    /// <summary>Makes the directory, and those it lies in, where they are not there.</summary>
    public async Task EnsureAsync(SftpLease lease, CancellationToken cancellationToken)
    {
        if (_real is not null)
        {
            return;
        }

        if (await GetAsync(lease, path, cancellationToken).ConfigureAwait(false) is not { } directory)
        {
            await MakeAsync(lease, cancellationToken).ConfigureAwait(false);
            directory = await GetAsync(lease, path, cancellationToken).ConfigureAwait(false);
        }

        _real = directory?.FullName;
    }

    /// <summary>Looks again, and makes it again, at the next put: somebody removed it.</summary>
    public void Forget() => _real = null;

    private async Task MakeAsync(SftpLease lease, CancellationToken cancellationToken)
    {
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        for (var count = 1; count <= parts.Length; count++)
        {
            var part = "/" + string.Join('/', parts.Take(count));
            if (await GetAsync(lease, part, cancellationToken).ConfigureAwait(false) is null)
            {
                await MakeAsync(lease, part, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    // Another put may make it at the same time; then the server fails this one.
    private static async Task MakeAsync(SftpLease lease, string part, CancellationToken cancellationToken)
    {
        try
        {
            await lease.RunAsync($"Making the directory {part}", client => client.CreateDirectoryAsync(part, cancellationToken)).ConfigureAwait(false);
        }
        catch (StoreException e) when (SftpErrors.MayBeTaken(e))
        {
            if (await GetAsync(lease, part, cancellationToken).ConfigureAwait(false) is null)
            {
                throw;
            }
        }
    }

    private static async Task<ISftpFile?> GetAsync(SftpLease lease, string path, CancellationToken cancellationToken)
    {
        try
        {
            return await lease.RunAsync($"Looking at {path}", client => client.GetAsync(path, cancellationToken)).ConfigureAwait(false);
        }
        catch (StoreException e) when (e.Error == StoreError.NotFound)
        {
            return null;
        }
    }
}
