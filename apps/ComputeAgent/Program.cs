using GlanceStore;
using GlanceStore.ComputeAgent;

if (ProgramHelp.IsAskedBy(args))
{
    Console.WriteLine(ProgramHelp.Text);
    return 0;
}

AgentHost agent;
try
{
    agent = await AgentHost.BuildAsync(args);
}
catch (Exception e) when (e is InvalidOperationException or StoreException or IOException or InvalidDataException)
{
    await Console.Error.WriteLineAsync($"compute-agent: {e.Message}");
    return 2;
}

await using (agent)
{
    await agent.RunAsync();
}

return 0;
