using GlanceStore.Applications;
using GlanceStore.ComputeAgent;

return await Application.RunAsync(args, Console.Error, () => AgentHost.BuildAsync(args), agent => agent.RunAsync());
