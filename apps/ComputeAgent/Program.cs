using GlanceStore.ComputeAgent;

if (ProgramHelp.IsAskedBy(args))
{
    Console.WriteLine(ProgramHelp.Text);
    return;
}

await using var agent = await AgentHost.BuildAsync(args);
await agent.RunAsync();
