using GlanceStore.Core.Tests.Transfer;
using GlanceStore.Drivers.Memory;
using GlanceStore.Testing;
using Microsoft.Extensions.Time.Testing;

namespace GlanceStore.Core.Tests.Signatures;

/// <summary>Signatures of images, made by openssl, as a put and a read check them; and as cursive, OpenStack's library, does.</summary>
[TestClass]
public sealed class SignatureTests
{
    private const string Pss = "rsa_padding_mode:pss";
    private const int Chunk = 64 << 10;
    private static readonly byte[] Image = SampleBytes.Bytes((3 * Chunk) + 17);
    private static readonly ImageId Id = new("a");
    private static readonly ImageStoreOptions Small = new() { ChunkBytes = Chunk, MaxAttempts = 1 };

    private readonly MemoryStorage[] _storages = [new(), new()];

    [TestMethod]
    [DataRow("rsa:2048", "RSA-PSS", "SHA-256")]
    [DataRow("rsa:2048", "RSA-PSS", "SHA-384")]
    [DataRow("rsa:2048", "RSA-PSS", "SHA-512")]
    [DataRow("rsa:2049", "RSA-PSS", "SHA-256")]
    [DataRow("rsa:2050", "RSA-PSS", "SHA-256")]
    [DataRow("rsa:1032", "RSA-PSS", "SHA-512")]
    [DataRow("secp384r1", "ECC_SECP384R1", "SHA-256")]
    [DataRow("secp384r1", "ECC_SECP384R1", "SHA-512")]
    [DataRow("secp521r1", "ECC_SECP521R1", "SHA-512")]
    [DataRow("sect409k1", "ECC_SECT409K1", "SHA-384")]
    [DataRow("sect409r1", "ECC_SECT409R1", "SHA-384")]
    [DataRow("sect571k1", "ECC_SECT571K1", "SHA-512")]
    [DataRow("sect571r1", "ECC_SECT571R1", "SHA-256")]
    [DataRow("dsa", "DSA", "SHA-256")]
    public async Task A_signature_that_openssl_made_fits_the_image_and_no_other_in_a_put_and_in_a_read(string key, string keyType, string hashMethod)
    {
        using var signer = await Signer.CreateAsync(key);
        var signature = new ImageSignature(hashMethod, keyType, await signer.SignAsync(Image, DigestOf(hashMethod), OptionsOf(keyType)), signer.Certificate);
        await using var stores = Stores();
        await RefusedAsync(() => PutAsync(stores, Changed(), signature));
        Assert.IsTrue(_storages.All(storage => storage.Names.Count == 0));
        var receipt = await PutAsync(stores, Image, signature);
        Assert.HasCount(1, _storages[1].Names);
        await using (var read = await stores.Default.OpenReadAsync(receipt.Location, ReadOptions.Verify(receipt) with { Signature = signature }))
        {
            CollectionAssert.AreEqual(Image, await SampleBytes.ReadAllAsync(read));
            Assert.AreEqual(ReadVerification.Signature, read.Verdict.Verification);
        }

        var other = await stores.Default.PutAsync(new ImageId("b"), new MemoryStream(Changed()));
        await using var wrong = await stores.Default.OpenReadAsync(other.Location, new ReadOptions { Signature = signature });
        await RefusedAsync(() => wrong.CopyToAsync(Stream.Null));
        await RefusedAsync(() => wrong.ReadAsync(new byte[1]).AsTask());
    }

    [TestMethod]
    [DataRow("rsa:2048", "RSA-PSS", "SHA-256")]
    [DataRow("rsa:2049", "RSA-PSS", "SHA-384")]
    [DataRow("rsa:1024", "RSA-PSS", "SHA-512")]
    [DataRow("secp384r1", "ECC_SECP384R1", "SHA-256")]
    [DataRow("sect571r1", "ECC_SECT571R1", "SHA-512")]
    [DataRow("dsa", "DSA", "SHA-512")]
    public async Task Cursive_and_this_library_say_the_same_to_every_signature(string key, string keyType, string hashMethod)
    {
        using var signer = await Signer.CreateAsync(key);
        var right = await signer.SignAsync(Image, DigestOf(hashMethod), OptionsOf(keyType));
        var raw = Convert.FromBase64String(right);
        List<string> signatures = [right, Convert.ToBase64String(raw[..^1]), Convert.ToBase64String([.. raw, 0]), Convert.ToBase64String([0, .. raw]), Convert.ToBase64String(new byte[raw.Length])];
        signatures.AddRange(new[] { 0, 1, raw.Length / 2, raw.Length - 1 }.Select(at => Convert.ToBase64String(Flipped(raw, at))));
        if (keyType == "RSA-PSS")
        {
            signatures.Add(await signer.SignAsync(Image, DigestOf(hashMethod), Pss, "rsa_pss_saltlen:0"));
            signatures.Add(await signer.SignAsync(Image, DigestOf(hashMethod)));
        }

        if (key == "rsa:2048")
        {
            signatures.Add(await signer.SignAsync(Image, DigestOf(hashMethod), Pss, "rsa_pss_saltlen:digest"));
            signatures.Add(await signer.SignAsync(Image, DigestOf(hashMethod), Pss, "rsa_mgf1_md:sha1"));
        }

        Assert.IsTrue(await IsAcceptedAsync(new ImageSignature(hashMethod, keyType, right, signer.Certificate)));
        var cursive = await signer.AreAcceptedByCursiveAsync(Image, hashMethod, keyType, signatures);
        Assert.HasCount(signatures.Count, cursive);
        foreach (var (signature, isAccepted) in signatures.Zip(cursive))
        {
            Assert.AreEqual(isAccepted, await IsAcceptedAsync(new ImageSignature(hashMethod, keyType, signature, signer.Certificate)), signature);
        }
    }

    [TestMethod]
    public async Task A_certificate_that_is_expired_or_not_valid_yet_is_refused_before_a_byte_is_read()
    {
        using var signer = await Signer.CreateAsync();
        var signature = new ImageSignature("SHA-256", "RSA-PSS", await signer.SignAsync(Image, "sha256", Pss), signer.Certificate);
        foreach (var days in new[] { -1, 3 })
        {
            var time = new FakeTimeProvider(DateTimeOffset.UtcNow.AddDays(days));
            await using var store = new ImageStore("a", new MemoryDriver(new MemoryDriverOptions { Storage = _storages[0] }), Small, null, null, time);
            var source = new MeteredStream(Image);
            var e = await RefusedAsync(() => store.PutAsync(Id, source, new PutOptions { Signature = signature }));
            Assert.Contains("valid from", e.Message);
            Assert.AreEqual(0, source.Given);
            var stored = await store.PutAsync(new ImageId($"stored{days}"), new MemoryStream(Image));
            await RefusedAsync(() => store.OpenReadAsync(stored.Location, new ReadOptions { Signature = signature }));
        }
    }

    [TestMethod]
    public async Task A_certificate_of_another_kind_of_key_or_none_at_all_is_refused()
    {
        using var rsa = await Signer.CreateAsync();
        using var curve = await Signer.CreateAsync("prime256v1");
        await using var stores = Stores();
        foreach (var (certificate, keyType, words) in new[]
        {
            (rsa.Certificate, "ECC_SECP384R1", "no key of the type ECC_SECP384R1"),
            (rsa.Certificate, "DSA", "no key of the type DSA"),
            (curve.Certificate, "RSA-PSS", "no key of the type RSA-PSS"),
            (curve.Certificate, "ECC_SECP384R1", "no key of the type ECC_SECP384R1"),
            ([], "RSA-PSS", "no X.509 certificate"),
            (Image[..1000], "RSA-PSS", "no X.509 certificate"),
        })
        {
            var e = await RefusedAsync(() => PutAsync(stores, Image, new ImageSignature("SHA-256", keyType, "AAAA", certificate)));
            Assert.Contains(words, e.Message);
        }

        Assert.IsTrue(_storages.All(storage => storage.Names.Count == 0));
    }

    [TestMethod]
    [DataRow("SHA-1", "RSA-PSS", "AAAA", "img_signature_hash_method is 'SHA-1'")]
    [DataRow("sha256", "RSA-PSS", "AAAA", "img_signature_hash_method is 'sha256'")]
    [DataRow("SHA-224", "RSA-PSS", "AAAA", "known here are SHA-256, SHA-384, SHA-512")]
    [DataRow("SHA-256", "RSA", "AAAA", "img_signature_key_type is 'RSA'")]
    [DataRow("SHA-256", "ECC_SECP256R1", "AAAA", "img_signature_key_type is 'ECC_SECP256R1'")]
    [DataRow("SHA-256", "RSA-PSS", "not base64!", "img_signature is not Base64")]
    public void What_a_signature_cannot_be_is_refused_with_the_name_of_the_property(string hashMethod, string keyType, string signature, string words)
    {
        var e = Assert.ThrowsExactly<StoreException>(() => new ImageSignature(hashMethod, keyType, signature, Array.Empty<byte>()));
        Assert.AreEqual(StoreError.Refused, e.Error);
        Assert.Contains(words, e.Message);
    }

    [TestMethod]
    [DataRow(PutPolicy.AllOrNothing)]
    [DataRow(PutPolicy.BestEffort)]
    public async Task A_wrong_signature_leaves_nothing_in_any_store_under_either_policy(PutPolicy policy)
    {
        using var signer = await Signer.CreateAsync();
        var signature = new ImageSignature("SHA-512", "RSA-PSS", await signer.SignAsync(Image, "sha512", Pss), signer.Certificate);
        await using var stores = Stores();
        foreach (var length in new[] { 0, 1, Chunk, Image.Length - 1 })
        {
            var put = new PutOptions { ExpectedSize = length, Signature = signature, Policy = policy };
            await RefusedAsync(() => stores.PutAsync(Id, new MemoryStream(Image[..length]), ["a", "b"], put));
        }

        Assert.IsTrue(_storages.All(storage => storage.Names.Count == 0));
    }

    [TestMethod]
    public async Task A_read_whose_signature_is_checked_goes_from_the_start_to_the_end_only()
    {
        using var signer = await Signer.CreateAsync();
        var signature = new ImageSignature("SHA-256", "RSA-PSS", await signer.SignAsync(Image, "sha256", Pss), signer.Certificate);
        await using var stores = Stores();
        var receipt = await PutAsync(stores, Image, signature);
        await Assert.ThrowsExactlyAsync<ArgumentException>(() =>
            stores.Default.OpenReadAsync(receipt.Location, new ReadOptions { Signature = signature, Range = new ByteRange(0, 1) }));
        await using var read = await stores.OpenReadAsync([receipt.Location], new ReadOptions { Signature = signature });
        Assert.IsFalse(read.CanSeek);
        Assert.ThrowsExactly<NotSupportedException>(() => read.Position = Image.Length);
        Assert.AreEqual(ReadVerification.None, read.Verdict.Verification);
        CollectionAssert.AreEqual(Image, await SampleBytes.ReadAllAsync(read));
        Assert.AreEqual(ReadVerification.Signature, read.Verdict.Verification);
    }

    private async Task<bool> IsAcceptedAsync(ImageSignature signature)
    {
        await using var stores = Stores();
        try
        {
            await stores.Default.PutAsync(Id, new MemoryStream(Image), new PutOptions { Signature = signature, Mode = WriteMode.Replace });
            return true;
        }
        catch (StoreException e) when (e.Error == StoreError.Refused)
        {
            return false;
        }
    }

    private static async Task<ImageReceipt> PutAsync(ImageStores stores, byte[] image, ImageSignature signature)
    {
        var report = await stores.PutAsync(Id, new MeteredStream(image), ["a", "b"], new PutOptions { ExpectedSize = image.Length, Signature = signature });
        return report.Receipts.First();
    }

    private static async Task<StoreException> RefusedAsync(Func<Task> act)
    {
        var e = await Assert.ThrowsExactlyAsync<StoreException>(act);
        Assert.AreEqual(StoreError.Refused, e.Error, e.Message);
        return e;
    }

    private ImageStores Stores() => new(
        new[] { "a", "b" }.Zip(_storages, (id, storage) => new ImageStore(id, new MemoryDriver(new MemoryDriverOptions { Name = id, Storage = storage }), Small)), "a");

    private static string DigestOf(string hashMethod) => hashMethod.Replace("-", "", StringComparison.Ordinal).ToLowerInvariant();

    private static string[] OptionsOf(string keyType) => keyType == "RSA-PSS" ? [Pss] : [];

    private static byte[] Changed() => Flipped(Image, Image.Length / 2);

    private static byte[] Flipped(byte[] bytes, int at)
    {
        byte[] changed = [.. bytes];
        changed[at] ^= 1;
        return changed;
    }
}
