using System.Net;
using System.Net.Sockets;
using GlanceStore.Drivers.Shared;
using Microsoft.Extensions.Logging;
using Renci.SshNet;
using Renci.SshNet.Common;

namespace GlanceStore.Drivers.Sftp;

/// <summary>Makes the library's clients as the options say, and connects them.</summary>
internal sealed class SftpClients(SftpDriverOptions options, ILogger logger, HostResolver? resolve = null)
{
    // The most that fits one answer: half the requests of the library's own 32 KiB.
    private const uint RequestBytes = 64 << 10;

    // An answer that takes longer never comes; what is slower than the front's patience the front ends itself.
    private static readonly TimeSpan OperationTimeout = TimeSpan.FromMinutes(2);

    private static readonly string[] SlowWithoutHelp = ["aes128-ctr", "aes192-ctr", "aes256-ctr"];

    private readonly SftpHostKeys _hostKeys = new(options, logger);
    private readonly AddressBook _book = new();
    private readonly HostResolver _resolve = resolve ?? Dns.GetHostAddressesAsync;

    /// <summary>
    /// Connects to the first of the host's addresses that answers. They share the time limit: the library makes its connections itself, and a second
    /// one beside it that is then dropped would be held against us by servers that count logins which come to nothing.
    /// </summary>
    public async Task<SftpClient> ConnectAsync()
    {
        var addresses = await AddressesAsync().ConfigureAwait(false);
        for (var turn = 0; ; turn++)
        {
            var address = addresses[turn];
            try
            {
                // The library blocks while it agrees on keys and logs in.
                var client = await SftpThread.RunAsync(() => Connect(address.Address, options.ConnectTimeout / addresses.Length)).ConfigureAwait(false);
                _book.Answered(address);
                return client;
            }
            catch (UnreachedException e)
            {
                _book.Failed(address);
                if (turn == addresses.Length - 1)
                {
                    throw SftpErrors.From(e.InnerException!, Connecting) ?? e.InnerException!;
                }
            }
        }
    }

    private string Connecting => $"Connecting to {options.Host}:{options.Port}";

    private async Task<IPEndPoint[]> AddressesAsync()
    {
        var host = options.Host.Trim('[', ']');
        try
        {
            IPAddress[] addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await _resolve(host, CancellationToken.None).ConfigureAwait(false);
            return addresses.Length > 0 ? _book.Order(addresses, options.Port) : throw new SocketException((int)SocketError.HostNotFound);
        }
        catch (SocketException e)
        {
            throw SftpErrors.From(e, Connecting)!;
        }
    }

    private SftpClient Connect(IPAddress address, TimeSpan limit)
    {
        var information = Information(address, limit);
        var client = new SftpClient(information) { BufferSize = RequestBytes, OperationTimeout = OperationTimeout };
        var isReached = false;
        StoreException? refused = null;
        client.ServerIdentificationReceived += (_, _) => (isReached, information.Timeout) = (true, options.ConnectTimeout);
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
            throw isReached ? refused ?? SftpErrors.From(e, Connecting) ?? e : new UnreachedException(e);
        }
    }

    private ConnectionInfo Information(IPAddress address, TimeSpan limit)
    {
        var information = new ConnectionInfo(address.ToString(), options.Port, options.Username, [.. options.Credentials.SelectMany(MethodsOf)])
        {
            Timeout = limit,
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

    // Nothing at the address said that it is an SSH server.
    private sealed class UnreachedException(Exception cause) : Exception(cause.Message, cause);
}
