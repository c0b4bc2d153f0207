using System.Globalization;
using System.Text.RegularExpressions;

namespace GlanceStore.Benchmarks.Comparison;

/// <summary>A cluster that <c>eng/bench</c> has started for the RBD store alone, and how each contestant is told of it.</summary>
/// <param name="Kind">Where it keeps what it stores; the name of the command line's configuration.</param>
/// <param name="Variable">The variable of the environment that names the folder of its state.</param>
internal sealed record RbdCluster(string Kind, string Variable)
{
    private string Conf => $"${Variable}/client/ceph.conf";

    /// <summary>The command line's options for it, once <see cref="Setup"/> has run.</summary>
    public string Config => $"--config {Kind}.json";

    /// <summary>The command line's options for a store of it that leaves zeros out.</summary>
    public string ThinConfig => $"--config {Kind}-thin.json";

    /// <summary>A store of it as contestants of ours take it.</summary>
    public string Settings => $"Type=rbd User=glance CephConf={Conf}";

    public string Rbd => $"/usr/bin/rbd --conf {Conf} --id glance --pool images";

    public string Python => $"/usr/bin/python3 $BENCH/glance_store_rbd.py {Conf}";

    public string Setup => $$"""
        for thin in false true; do
            cat > {{Kind}}$([ $thin = false ] || echo -thin).json <<END
        { "Stores": { "rbd": { "Type": "rbd", "User": "glance", "CephConf": "{{Conf}}", "ThinProvisioning": "$thin" } } }
        END
        done
        {{Clean("none")}}
        """;

    /// <summary>Its ports: <c>tests/servers/ceph/server</c> counts them from the monitor's.</summary>
    public IEnumerable<int> Ports
    {
        get
        {
            var monitor = int.Parse(Regex.Match(File.ReadAllText(ConfFile), @"v2:[^:]+:(\d+)").Groups[1].Value, CultureInfo.InvariantCulture);
            return [monitor, monitor + 1, .. Enumerable.Range(monitor + 10, 31)];
        }
    }

    public bool IsThere => File.Exists(ConfFile);

    private string ConfFile => Path.Combine(Environment.GetEnvironmentVariable(Variable) ?? "", "client", "ceph.conf");

    /// <summary>Removes every image but those named, whoever stored them.</summary>
    public string Clean(string kept) =>
        $"{{ {Rbd} rm import > /dev/null 2>&1 || true; }} && glance-store-bench delete-all-but {kept} {Settings}";

    /// <summary>The monitors collect changes for up to a second before they make them, as they do by default: every snapshot is one.</summary>
    public string PatientMonitors => Monitors("1", "0.05");

    /// <summary>They make every change at once, so that nobody waits for them by chance.</summary>
    public string HastyMonitors => Monitors("0.01", "0.001");

    // Of the running daemon: what the cluster keeps for its monitors counts less than a file of theirs.
    private string SetMonitor => $"ceph --conf {Conf} --id admin tell mon.a config set";

    private string Monitors(string interval, string least) =>
        $"{SetMonitor} paxos_propose_interval {interval} > /dev/null && {SetMonitor} paxos_min_wait {least} > /dev/null";
}
