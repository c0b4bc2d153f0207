namespace GlanceStore.ComputeAgent.State;

/// <summary>That one agent alone has a directory. It ends with the process, however that ends.</summary>
internal sealed class AgentLock : IDisposable
{
    private readonly FileStream _file;

    private AgentLock(FileStream file) => _file = file;

    /// <exception cref="InvalidOperationException">Another agent has it.</exception>
    public static AgentLock Take(string directory)
    {
        var path = Path.Combine(directory, "agent.lock");
        try
        {
            // On Linux the runtime holds a lock (flock) for as long as the file is open to nobody else.
            return new AgentLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException e)
        {
            throw new InvalidOperationException($"Another agent keeps its images in '{directory}': stop that one, or set another ComputeAgent:Directory.", e);
        }
    }

    public void Dispose() => _file.Dispose();
}
