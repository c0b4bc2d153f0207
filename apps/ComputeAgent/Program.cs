using GlanceStore.ComputeAgent;

await using var agent = await AgentHost.BuildAsync(args);
await agent.RunAsync();
