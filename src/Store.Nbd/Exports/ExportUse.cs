namespace GlanceStore.Nbd.Exports;

/// <summary>That one client reads one export, until it is disposed.</summary>
internal sealed class ExportUse(ExportTable table, NbdExport export, IExportUser user) : IDisposable
{
    public NbdExport Export => export;

    public IExportUser User => user;

    public void Dispose() => table.End(this);
}
