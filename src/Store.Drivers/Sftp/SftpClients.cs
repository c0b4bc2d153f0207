using Microsoft.Extensions.Logging;
using Renci.SshNet;
using Renci.SshNet.Common;

namespace GlanceStore.Drivers.Sftp;

/// <summary>Makes the library's clients as the options say, and connects them.</summary>
internal sealed class SftpClients(SftpDriverOptions options, ILogger logger)
{
    // The most that fits one answer: half the requests of the library's own 32 KiB.
    private const uint RequestBytes = 64 << 10;

    // An answer that takes longer never comes; what is slower than the front's patience the front ends itself.
    private static readonly TimeSpan OperationTimeout = TimeSpan.FromMinutes(2);

    private static readonly string[] SlowWithoutHelp = ["aes128-ctr", "aes192-ctr", "aes256-ctr"];

    private readonly SftpHostKeys _hostKeys = new(options, logger);

    /// <summary>Connects. The library blocks while it agrees on keys and logs in, so this is called on a thread of its own.</summary>
    public SftpClient Connect()
    {
        var client = new SftpClient(Information()) { BufferSize = RequestBytes, OperationTimeout = OperationTimeout };
        StoreException? refused = null;
        client.HostKeyReceived += (_, key) =>
        {
            refused = _hostKeys.Refuse(key.HostKey);
            key.CanTrust = refused is null;
        };
        try
        {
            client.KeepAliveInterval = options.KeepAlive > TimeSpan.Zero ? options.KeepAlive : Timeout.InfiniteTimeSpan;
            client.Connect();
            return client;
        }
        catch (Exception e)
        {
            client.Dispose();
            throw refused ?? SftpErrors.From(e, $"Connecting to {options.Host}:{options.Port}") ?? e;
        }
    }

    private ConnectionInfo Information()
    {
        var information = new ConnectionInfo(options.Host.Trim('[', ']'), options.Port, options.Username, [.. options.Credentials.SelectMany(MethodsOf)])
        {
            Timeout = options.ConnectTimeout,
        };
        foreach (var cipher in SlowWithoutHelp)
        {
            // Last, not first: AES-GCM needs no MAC beside it, and takes a third of the processor's time.
            information.Encryptions.Remove(cipher, out var counterMode);
            information.Encryptions.Add(cipher, counterMode!);
        }

        PreferKnownKeys(information);
        return information;
    }

    // Certificates of hosts are checked against no authority here, so plain keys are asked for; first those the host is known by.
    private void PreferKnownKeys(ConnectionInfo information)
    {
        var algorithms = information.HostKeyAlgorithms;
        foreach (var name in algorithms.Keys.Where(name => name.Contains("-cert-", StringComparison.Ordinal)).ToList())
        {
            algorithms.Remove(name);
        }

        var known = _hostKeys.KnownTypes;
        foreach (var name in algorithms.Keys.Where(name => known.Count > 0 && !known.Contains(TypeOf(name))).ToList())
        {
            algorithms.Remove(name, out var algorithm);
            algorithms.Add(name, algorithm!);
        }
    }

    // An RSA key is one type of key and three ways to sign with it.
    private static string TypeOf(string algorithm) => algorithm.StartsWith("rsa-sha2-", StringComparison.Ordinal) ? "ssh-rsa" : algorithm;

    private IEnumerable<AuthenticationMethod> MethodsOf(SftpCredential credential)
    {
        if (credential.PrivateKeyFile is { } file)
        {
            yield return new PrivateKeyAuthenticationMethod(options.Username, new PrivateKeyFile(file, credential.Passphrase, credential.CertificateFile));
            yield break;
        }

        yield return new PasswordAuthenticationMethod(options.Username, credential.Password!);
        var asked = new KeyboardInteractiveAuthenticationMethod(options.Username);
        asked.AuthenticationPrompt += (_, prompts) => Answer(prompts, credential.Password!);
        yield return asked;
    }

    // A prompt that is echoed asks for something else than a password.
    private static void Answer(AuthenticationPromptEventArgs asked, string password)
    {
        foreach (var prompt in asked.Prompts.Where(prompt => !prompt.IsEchoed))
        {
            prompt.Response = password;
        }
    }
}
