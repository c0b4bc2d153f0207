using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace GlanceStore.ComputeAgent.State;

/// <summary>What has to survive a restart: a file of JSON each, which appears whole or not at all.</summary>
/// <remarks>A file each, and not one for all, because the receipt of a large image is megabytes, and a change of one should not write all of them.</remarks>
internal sealed partial class RecordFolder<T>
    where T : class
{
    private const string Extension = ".json";
    private const string NextExtension = ".next";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string _path;
    private readonly ILogger _logger;
    private readonly SpareRoom _spare;

    public RecordFolder(string path, ILogger logger)
    {
        (_path, _logger) = (path, logger);
        Directory.CreateDirectory(path, OwnerOnly | UnixFileMode.UserExecute);
        foreach (var unfinished in Directory.EnumerateFiles(path, "*" + Extension + NextExtension))
        {
            File.Delete(unfinished); // of a process that died while it wrote
        }

        _spare = new SpareRoom(path + ".spare");
    }

    /// <summary>All that can be read. One that cannot, which nobody but a human or a broken disk makes, is told and left where it is.</summary>
    public IReadOnlyList<T> ReadAll()
    {
        var records = new List<T>();
        foreach (var file in Directory.EnumerateFiles(_path, "*" + Extension).Order(StringComparer.Ordinal))
        {
            try
            {
                records.Add(JsonSerializer.Deserialize<T>(File.ReadAllBytes(file), AgentJson.Options) ?? throw new JsonException("it is null"));
            }
            catch (Exception e) when (e is JsonException or IOException or FormatException or ArgumentException or UnauthorizedAccessException)
            {
                LogUnreadable(_logger, file, e.Message);
            }
        }

        return records;
    }

    /// <summary>Writes a record in the place of the one of that name. Flushed when it returns.</summary>
    /// <exception cref="StoreException"><see cref="StoreError.OutOfSpace"/>, <see cref="StoreError.Unavailable"/>: it was not written.</exception>
    public void Write(string name, T record)
    {
        var path = PathOf(name);
        var content = JsonSerializer.SerializeToUtf8Bytes(record, AgentJson.Options);
        try
        {
            Place(path, content);
        }
        catch (Exception e) when (NotWritten(e) is { } error)
        {
            if (error.Error != StoreError.OutOfSpace || !TryReplace(path, content))
            {
                throw error;
            }
        }
    }

    /// <summary>Removes a record; one that is not there is removed already.</summary>
    public void Remove(string name)
    {
        try
        {
            File.Delete(PathOf(name));
            DiskFlush.OfDirectory(PathOf(name));
        }
        catch (Exception e) when (NotWritten(e) is { } error)
        {
            throw error;
        }
    }

    private static void Place(string path, byte[] content)
    {
        var next = path + NextExtension;
        try
        {
            using (var file = File.OpenHandle(next, FileMode.Create, FileAccess.Write))
            {
                File.SetUnixFileMode(file, OwnerOnly);
                RandomAccess.Write(file, content, 0);
                DiskFlush.Of(file, next);
            }

            File.Move(next, path, overwrite: true);
        }
        catch
        {
            TryDelete(next);
            throw;
        }

        DiskFlush.OfDirectory(path);
    }

    // What went wrong before is what is told; the next start deletes it, too.
    private static void TryDelete(string file)
    {
        try
        {
            File.Delete(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }

    private bool TryReplace(string path, byte[] content)
    {
        try
        {
            return _spare.TryReplace(path, content);
        }
        catch (Exception e) when (NotWritten(e) is { } error)
        {
            throw error;
        }
    }

    private StoreException? NotWritten(Exception e) => HostErrors.From(e, $"The agent could not write its state in '{_path}', so nothing was changed");

    // Ids differ in case, which some file systems do not tell apart, and are as long as a name may be.
    private string PathOf(string name) => Path.Combine(_path, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name))) + Extension);

    [LoggerMessage(Level = LogLevel.Error, Message = "The record {File} cannot be read, and is left alone: {Reason}")]
    private static partial void LogUnreadable(ILogger logger, string file, string reason);
}
