using GlanceStore.Applications;
using GlanceStore.ComputeAgent;

return await Application.RunAsync("compute-agent", AgentHost.Usage, args, Console.Out, Console.Error, () => AgentHost.BuildAsync(args), agent => agent.RunAsync());
