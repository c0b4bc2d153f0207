using System.Globalization;

namespace GlanceStore.Benchmarks.Comparison;

/// <summary>The SFTP store beside OpenSSH's own client and rclone, all against the OpenSSH that <c>tests/servers/sftp/server start</c> has started.</summary>
internal static class SftpScenarios
{
    private const string Config = "--config sftp.json";
    private const string Ours = "glance-store";
    private const string Piped = "glance-store, from a pipe of unknown length";
    private const string Verified = "glance-store, receipt: every chunk verified";
    private const string Unverified = "glance-store, bare location: unverified";
    private const string OpenSsh = "OpenSSH sftp, which records no digest";
    private const string OpenSshGcm = "OpenSSH sftp -c aes128-gcm, which records no digest";
    private const string Rclone = "rclone, which records no digest";

    private const string UploadFile = "SSH.NET alone, UploadFile";
    private const string Writes = "SSH.NET alone, 16 writes at a time on two connections";
    private const string OneByOne = "rclone, one request at a time";
    private const string ManyAtOnce = "OpenSSH sftp, 64 requests at a time";
    private const int DelayMilliseconds = 20;
    private const long FarBytes = 32 << 20;

    private static readonly string State = Path.Combine(
        Environment.GetEnvironmentVariable("GLANCESTORE_SERVERS") is { Length: > 0 } set ? set : Path.Combine(Path.GetTempPath(), $"glancestore-servers-{UserId()}"),
        "sftp");

    public static IEnumerable<Scenario> All(Settings settings)
    {
        var facts = Path.Combine(State, "conf", "facts");
        if (!File.Exists(facts))
        {
            Console.WriteLine("SFTP is left out: start its server with tests/servers/sftp/server start");
            return [];
        }

        var known = File.ReadAllLines(facts).Select(line => line.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
        return [Put(settings.ImageBytes, known), Get(settings.ImageBytes, known), PutFarAway(known), GetFarAway(known)];
    }

    private static Scenario Put(long bytes, Dictionary<string, string> known) => new($"SFTP put of {Size.Of(bytes)}, MD5 and SHA-512",
    [
        new(Ours, $"glance-store put image.raw --id ours --replace {Config} > /dev/null"),
        new(Piped, $"cat image.raw | glance-store put - --id ours --replace {Config} > /dev/null"),
        new(OpenSsh, $"echo 'put image.raw {known["DATA"]}/benchmark/openssh' | {Client(known, "")}"),
        new(OpenSshGcm, $"echo 'put image.raw {known["DATA"]}/benchmark/openssh' | {Client(known, "-c aes128-gcm@openssh.com")}"),
        new(Rclone, $"{RcloneOf(known)} copyto image.raw s:{known["DATA"]}/benchmark/rclone --ignore-times"),
        new(UploadFile, $"glance-store-bench ssh-net image.raw {Library(known)}"),
        new(Writes, $"glance-store-bench ssh-net image.raw {Library(known)} 2 16"),
    ])
    {
        ImageBytes = bytes,
        Setup = Setup(known),
        Targets = [Target.Rate(Ours, OpenSsh, 0.95), Target.Rate(Ours, Rclone, 0.95), Target.Peak(Ours, 128), Target.Peak(Piped, 128)],
        Note = $"*{UploadFile}* and *{Writes}* are a bare loop over the library that the store uses, which computes no digest: what it gives at most.",
    };

    private static Scenario Get(long bytes, Dictionary<string, string> known) => new($"SFTP get of {Size.Of(bytes)}, thrown away",
    [
        new(Verified, $"glance-store get sftp-receipt.json -o - {Config} > /dev/null"),
        new(Unverified, $"glance-store get sftp://127.0.0.1:{known["PORT"]}{known["DATA"]}/benchmark/read -o - {Config} > /dev/null"),
        new(OpenSsh, $"echo 'get {known["DATA"]}/benchmark/read /dev/null' | {Client(known, "")}"),
        new(OpenSshGcm, $"echo 'get {known["DATA"]}/benchmark/read /dev/null' | {Client(known, "-c aes128-gcm@openssh.com")}"),
        new(Rclone, $"{RcloneOf(known)} cat s:{known["DATA"]}/benchmark/read > /dev/null"),
    ])
    {
        ImageBytes = bytes,
        Setup = Setup(known),
        Targets = [Target.Rate(Verified, OpenSsh, 0.8), Target.Rate(Verified, Rclone, 1), Target.Peak(Verified, 128)],
    };

    private static Scenario PutFarAway(Dictionary<string, string> known) => FarAway("put", known,
        $"glance-store put image.raw --id ours --replace {Config} > /dev/null", $"put image.raw {known["DATA"]}/benchmark/openssh",
        $"copyto image.raw s:{known["DATA"]}/benchmark/rclone --ignore-times");

    private static Scenario GetFarAway(Dictionary<string, string> known) => FarAway("get", known,
        $"glance-store get sftp-receipt.json -o - {Config} > /dev/null", $"get {known["DATA"]}/benchmark/read /dev/null",
        $"cat s:{known["DATA"]}/benchmark/read > /dev/null");

    // The proxy listens at another port, which known_hosts does not name: the key is found under the server's own one.
    private static Scenario FarAway(string verb, Dictionary<string, string> known, string ours, string openSsh, string rclone)
    {
        var near = known["PORT"];
        var far = new Dictionary<string, string>(known) { ["PORT"] = (int.Parse(near, CultureInfo.InvariantCulture) + 9).ToString(CultureInfo.InvariantCulture) };
        var alias = $"-o HostKeyAlias=[127.0.0.1]:{near}";
        return new Scenario($"SFTP {verb} of {Size.Of(FarBytes)} through a proxy that adds {DelayMilliseconds} ms in either direction",
        [
            new(Ours, ours),
            new(OneByOne, "RCLONE_CONFIG_S_DISABLE_CONCURRENT_READS=true RCLONE_CONFIG_S_DISABLE_CONCURRENT_WRITES=true RCLONE_CONFIG_S_CONCURRENCY=1 "
                + $"RCLONE_CONFIG_S_CHUNK_SIZE=32Ki {RcloneOf(far).Replace($"{State}/conf/known_hosts", "known_hosts", StringComparison.Ordinal)} {rclone}"),
            new(ManyAtOnce, $"echo '{openSsh}' | {Client(far, alias)}"),
        ])
        {
            ImageBytes = FarBytes,
            Rounds = 1,
            Setup = $$"""
                sed 's/^\[127.0.0.1\]:{{near}} /[127.0.0.1]:{{far["PORT"]}} /' {{State}}/conf/known_hosts > known_hosts
                {{Setup(known)}}
                sed -i -e 's/"Port": "[0-9]*"/"Port": "{{far["PORT"]}}"/' -e 's|{{State}}/conf/known_hosts|known_hosts|' sftp.json
                sed -i 's/127.0.0.1:{{near}}/127.0.0.1:{{far["PORT"]}}/' sftp-receipt.json
                """,
            Before = $$"""
                glance-store-bench delay {{far["PORT"]}} {{near}} {{DelayMilliseconds}} > delay.log 2>&1 &
                until grep -q ready delay.log; do sleep 0.1; done
                """,
            Targets = [Target.Rate(Ours, OneByOne, 5)],
        };
    }

    private static string UserId() => File.ReadLines("/proc/self/status").First(line => line.StartsWith("Uid:", StringComparison.Ordinal)).Split('\t')[1];

    private static string Setup(Dictionary<string, string> known) => $$"""
        cat > sftp.json <<'END'
        { "Stores": { "sftp": { "Type": "sftp", "Host": "127.0.0.1", "Port": "{{known["PORT"]}}", "Username": "{{known["USER"]}}", "Directory": "{{known["DATA"]}}/benchmark",
          "PrivateKeyFile": "{{State}}/conf/client", "KnownHostsFile": "{{State}}/conf/known_hosts" } } }
        END
        glance-store put image.raw --id read --replace --receipt sftp-receipt.json --config sftp.json > /dev/null
        """;

    private static string Client(Dictionary<string, string> known, string options) =>
        $"sftp -q {options} -b - -P {known["PORT"]} -i {State}/conf/client -o UserKnownHostsFile={State}/conf/known_hosts {known["USER"]}@127.0.0.1 > /dev/null";

    private static string Library(Dictionary<string, string> known) =>
        $"127.0.0.1 {known["PORT"]} {known["USER"]} {State}/conf/client {known["DATA"]}/benchmark/ssh-net";

    private static string RcloneOf(Dictionary<string, string> known) =>
        $"RCLONE_CONFIG_S_TYPE=sftp RCLONE_CONFIG_S_HOST=127.0.0.1 RCLONE_CONFIG_S_PORT={known["PORT"]} RCLONE_CONFIG_S_USER={known["USER"]} "
        + $"RCLONE_CONFIG_S_KEY_FILE={State}/conf/client RCLONE_CONFIG_S_KNOWN_HOSTS_FILE={State}/conf/known_hosts RCLONE_CONFIG_S_DISABLE_HASHCHECK=true rclone";
}
