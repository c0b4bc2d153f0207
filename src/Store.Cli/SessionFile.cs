namespace GlanceStore.Cli;

/// <summary>The file in which a put keeps how far it has come: a new one, one to go on with, or none.</summary>
internal sealed record SessionFile(string? Path, PutSession? Resumed)
{
    // It has about 70 bytes a chunk.
    private const long MaxSessionBytes = 256L << 20;

    /// <exception cref="UsageException">Both are named, one is the source itself, or the one to go on with cannot be read.</exception>
    public static async Task<SessionFile> OfAsync(string? begun, string? resumed, string source, CancellationToken cancellationToken)
    {
        if (begun is not null && resumed is not null)
        {
            throw new UsageException("--session begins a session and --resume goes on with one; they do not go together.");
        }

        var path = begun ?? resumed;
        if (path is { Length: 0 } || (path is not null && File.Exists(path) && SourceFile.IsIn(path, source)))
        {
            throw new UsageException($"The session file '{path}' is empty or the source itself; name another file.");
        }

        return new SessionFile(path, resumed is null ? null : await ReadAsync(resumed, cancellationToken));
    }

    /// <summary>Puts, and says how to go on where that fails and it is possible.</summary>
    public async Task<T> KeepAsync<T>(Func<Task<T>> put)
    {
        try
        {
            return await put();
        }
        catch (Exception e) when (Path is not null && e is not StoreException { Error: StoreError.InvalidSession } && File.Exists(Path))
        {
            throw new UnfinishedException($"What was written is kept: put --resume {Path} goes on with it.", e);
        }
    }

    private static async Task<PutSession> ReadAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return await NamedText.ReadAsync(path, MaxSessionBytes, cancellationToken) is { Length: > 0 } json
                ? PutSession.FromJson(json)
                : throw new UsageException($"The put that left the session file '{path}' ended before anything was sent: remove it and put the image anew.");
        }
        catch (Exception e) when (e is FormatException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new UsageException($"The file '{path}' is no session that can be gone on with: {Texts.ReasonOf(e, path)}", e);
        }
    }
}
