using System.Diagnostics;
using GlanceStore.Conformance;

namespace GlanceStore.Testing;

/// <summary>Somebody who signs images with the program openssl: a key and a certificate of its own, in a folder that goes with it.</summary>
internal sealed class Signer : IDisposable
{
    private const string OpenSsl = "/usr/bin/openssl";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("glance-store-signer-");

    private Signer()
    {
    }

    /// <summary>The certificate, in PEM.</summary>
    public byte[] Certificate => File.ReadAllBytes(At("certificate"));

    /// <summary>Makes a key and a certificate that is valid for two days.</summary>
    /// <param name="key">As <c>openssl req -newkey</c> takes it, such as <c>rsa:2048</c>, a curve by its name, or <c>dsa</c>.</param>
    public static async Task<Signer> CreateAsync(string key = "rsa:2048")
    {
        if (!File.Exists(OpenSsl))
        {
            SkippedServers.Skip("openssl", $"there is no {OpenSsl}");
        }

        var signer = new Signer();
        if (key == "dsa")
        {
            await RunAsync("dsaparam", "-genkey", "-out", signer.At("key"), "1024");
        }
        else
        {
            string[] kind = key.StartsWith("rsa", StringComparison.Ordinal)
                ? ["genpkey", "-algorithm", "RSA", "-pkeyopt", $"rsa_keygen_bits:{key["rsa:".Length..]}"]
                : ["genpkey", "-algorithm", "EC", "-pkeyopt", $"ec_paramgen_curve:{key}", "-pkeyopt", "ec_param_enc:named_curve"];
            await RunAsync([.. kind, "-out", signer.At("key")]);
        }

        await RunAsync("req", "-x509", "-new", "-sha256", "-key", signer.At("key"), "-out", signer.At("certificate"), "-days", "2", "-subj", "/CN=signer");
        return signer;
    }

    /// <summary>The signature of bytes in Base64, as OpenStack's documentation says to make it.</summary>
    /// <param name="bytes">What is signed.</param>
    /// <param name="digest">As openssl names it: <c>sha256</c>.</param>
    /// <param name="options">Options of the signature, for RSA: <c>rsa_padding_mode:pss</c> and none of the salt by default.</param>
    public async Task<string> SignAsync(byte[] bytes, string digest = "sha256", params string[] options)
    {
        await File.WriteAllBytesAsync(At("image"), bytes);
        await RunAsync(["dgst", $"-{digest}", .. options.SelectMany(option => new[] { "-sigopt", option }), "-sign", At("key"), "-out", At("signature"), At("image")]);
        return Convert.ToBase64String(await File.ReadAllBytesAsync(At("signature")));
    }

    /// <summary>Whether Python's cursive takes each of these as this signer's signature of bytes.</summary>
    public async Task<bool[]> AreAcceptedByCursiveAsync(byte[] bytes, string hashMethod, string keyType, IEnumerable<string> signatures)
    {
        const string Script =
            """
            import sys
            from cryptography import x509
            from cryptography.exceptions import InvalidSignature
            from cursive import signature_utils
            certificate, image, method, key_type, *signatures = sys.argv[1:]
            signature_utils.get_certificate = lambda context, uuid: x509.load_pem_x509_certificate(open(certificate, 'rb').read())
            for signature in signatures:
                verifier = signature_utils.get_verifier(None, 'any', method, signature, key_type)
                verifier.update(open(image, 'rb').read())
                try:
                    verifier.verify()
                    print('accepted')
                except InvalidSignature:
                    print('refused')
            """;
        if (!File.Exists("/usr/lib/python3/dist-packages/cursive/signature_utils.py"))
        {
            SkippedServers.Skip("cursive", "there is no python3-cursive");
        }

        await File.WriteAllBytesAsync(At("image"), bytes);
        var said = await RunProgramAsync("/usr/bin/python3", ["-W", "ignore", "-c", Script, At("certificate"), At("image"), hashMethod, keyType, .. signatures]);
        return [.. said.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line == "accepted")];
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private string At(string name) => Path.Combine(_folder.FullName, name);

    private static Task<string> RunAsync(params string[] arguments) => RunProgramAsync(OpenSsl, arguments);

    private static async Task<string> RunProgramAsync(string program, string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.AreEqual(0, process.ExitCode, $"{program} {string.Join(' ', arguments)}: {await errors}");
        return output;
    }
}
