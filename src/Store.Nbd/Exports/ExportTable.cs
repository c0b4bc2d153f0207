namespace GlanceStore.Nbd.Exports;

/// <summary>The exports of a server by their names, and who uses each.</summary>
internal sealed class ExportTable
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, (NbdExport Export, HashSet<ExportUse> Uses)> _entries = new(StringComparer.Ordinal);
    private bool _isClosed;

    public IReadOnlyList<NbdExport> All
    {
        get
        {
            lock (_lock)
            {
                return [.. _entries.Values.Select(entry => entry.Export)];
            }
        }
    }

    /// <exception cref="StoreException"><see cref="StoreError.AlreadyExists"/>: the name is taken.</exception>
    /// <exception cref="ObjectDisposedException">There are none any more.</exception>
    public void Add(NbdExport export)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isClosed, typeof(NbdServer));
            if (!_entries.TryAdd(export.Name, (export, [])))
            {
                throw new StoreException(StoreError.AlreadyExists, $"The NBD server has an export '{export.Name}' already; remove that one first, or choose another name.");
            }
        }
    }

    public NbdExport? Find(string name)
    {
        lock (_lock)
        {
            return _entries.TryGetValue(name, out var entry) ? entry.Export : null;
        }
    }

    /// <summary>Notes that a client reads an export; null where there is none of the name.</summary>
    public ExportUse? Use(string name, IExportUser user)
    {
        lock (_lock)
        {
            if (!_entries.TryGetValue(name, out var entry))
            {
                return null;
            }

            var use = new ExportUse(this, entry.Export, user);
            entry.Uses.Add(use);
            return use;
        }
    }

    public int UsesOf(string name)
    {
        lock (_lock)
        {
            return _entries.TryGetValue(name, out var entry) ? entry.Uses.Count : 0;
        }
    }

    /// <summary>Takes an export out; who reads it still is told. Null where there is none of the name.</summary>
    public (NbdExport Export, IReadOnlyList<IExportUser> Users)? Remove(string name)
    {
        lock (_lock)
        {
            return _entries.Remove(name, out var entry) ? (entry.Export, [.. entry.Uses.Select(use => use.User)]) : null;
        }
    }

    /// <summary>Takes all exports out, each of which is the caller's to dispose then and nobody else's, and lets no more in.</summary>
    public IReadOnlyList<NbdExport> Close()
    {
        lock (_lock)
        {
            _isClosed = true;
            NbdExport[] all = [.. _entries.Values.Select(entry => entry.Export)];
            _entries.Clear();
            return all;
        }
    }

    public void End(ExportUse use)
    {
        lock (_lock)
        {
            if (_entries.TryGetValue(use.Export.Name, out var entry))
            {
                entry.Uses.Remove(use);
            }
        }
    }
}
