namespace GlanceStore.Nbd.Exports;

/// <summary>A client that reads an export, as far as the export's end concerns it.</summary>
internal interface IExportUser
{
    /// <summary>Ends once nothing of the export is used any more by the client.</summary>
    Task Ended { get; }

    /// <summary>Lets the client have the answers that are under way, and no more.</summary>
    void Stop();

    /// <summary>Ends it at once.</summary>
    void Abort();
}
