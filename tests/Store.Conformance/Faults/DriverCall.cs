namespace GlanceStore.Conformance;

/// <summary>The calls of the driver contract that touch a backend.</summary>
public enum DriverCall
{
    /// <summary><see cref="StoreDriver.FindAsync"/>.</summary>
    Find,

    /// <summary><see cref="StoreDriver.OpenReadAsync"/>.</summary>
    OpenRead,

    /// <summary><see cref="DriverReader.ReadAsync"/>.</summary>
    Read,

    /// <summary><see cref="StoreDriver.OpenWriteAsync"/>.</summary>
    OpenWrite,

    /// <summary><see cref="DriverWriter.WriteChunkAsync"/>.</summary>
    WriteChunk,

    /// <summary><see cref="DriverWriter.CommitAsync"/>.</summary>
    Commit,

    /// <summary><see cref="StoreDriver.WriteWholeAsync"/>.</summary>
    WriteWhole,

    /// <summary><see cref="StoreDriver.DeleteAsync"/>.</summary>
    Delete,

    /// <summary><see cref="IResumableWrites.ReopenWriteAsync"/>.</summary>
    ReopenWrite,

    /// <summary><see cref="DriverWriter.TryKeepChunkAsync"/>.</summary>
    KeepChunk,
}
