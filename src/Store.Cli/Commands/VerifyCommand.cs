using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;

namespace GlanceStore.Cli.Commands;

/// <summary><c>verify</c>: reads an image and compares it with everything that is known of it.</summary>
internal static class VerifyCommand
{
    private static readonly Argument<string> Image = CommandLine.Image();

    private static readonly Option<string?> Expect = CommandLine.Expect();

    private static readonly Option<bool> Json = CommandLine.Json("the result");

    public static Command Create()
    {
        var command = new Command("verify", "Reads an image and compares it with its receipt, or with --expect.") { Image, Expect, Json };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var expect = arguments.GetValue(Expect) is { } text ? Texts.Digest(text) : null;
        await using var stores = StoreConfiguration.Open(arguments.GetValue(CommandLine.Config));
        var image = await ImageReference.ResolveAsync(arguments.GetRequiredValue(Image), stores, cancellationToken);
        var known = await KnownOfAsync(image, expect, cancellationToken);
        var size = await TransferBar.ShowAsync("verify", progress => CompareAsync(image, known, progress, cancellationToken));
        var verified = known.Names;
        Console.Out.WriteLine(arguments.GetValue(Json)
            ? JsonSerializer.Serialize(new VerifyJson(image.Location.Uri, image.Store.Id, size, verified), CliJson.Default.VerifyJson)
            : string.Create(CultureInfo.InvariantCulture, $"{image.Location}: {size} bytes, verified against {string.Join(", ", verified)}"));
        return (int)ExitCode.Done;
    }

    private static async Task<Known> KnownOfAsync(ImageReference image, Digest? expect, CancellationToken cancellationToken)
    {
        if (image.Receipt is { } receipt)
        {
            return expect is null
                ? new Known(receipt.Chunks, receipt.MultiHash ?? receipt.Checksum, receipt.MultiHash is null ? null : receipt.Checksum)
                : throw new UsageException("--expect goes with a location; a receipt says itself what to expect.");
        }

        // Without a receipt, a digest that the backend itself keeps will do.
        expect ??= (await image.Store.FindAsync(image.Location, cancellationToken) ?? throw image.NotFound()).Digest;
        return expect is not null
            ? new Known(null, expect, null)
            : throw new UsageException("There is nothing to verify the image against: give its receipt, or its digest with --expect.");
    }

    private static async Task<long> CompareAsync(
        ImageReference image, Known known, IProgress<TransferProgress>? progress, CancellationToken cancellationToken)
    {
        var options = new ReadOptions { Manifest = known.Chunks, ExpectedDigest = known.Digest, Progress = progress };
        await using var input = await image.Store.OpenReadAsync(image.Location, options, cancellationToken);
        using var md5 = known.Md5 is null ? null : IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        var buffer = new byte[256 << 10];
        var size = 0L;
        int count;
        while ((count = await input.ReadAsync(buffer, cancellationToken)) > 0)
        {
            md5?.AppendData(buffer, 0, count);
            size += count;
        }

        if (md5 is not null && Convert.ToHexStringLower(md5.GetHashAndReset()) != known.Md5!.Hex)
        {
            throw new StoreException(StoreError.Corrupted, $"The image at '{image.Location}' has not the MD5 of its receipt.");
        }

        return size;
    }

    /// <summary>What there is to compare with; a read takes one digest, so the MD5 beside another one is computed here.</summary>
    private sealed record Known(ChunkManifest? Chunks, Digest? Digest, Digest? Md5)
    {
        public string[] Names => [.. new[] { Chunks is null ? null : "chunks", Md5?.Algorithm, Digest?.Algorithm }.OfType<string>()];
    }
}
