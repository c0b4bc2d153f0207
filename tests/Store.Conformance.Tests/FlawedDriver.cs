using GlanceStore.Drivers;

namespace GlanceStore.Conformance;

/// <summary>A memory driver that breaks one promise, to see that a suite notices. It also reads locations that hold a password.</summary>
internal sealed partial class FlawedDriver(StoreDriver inner, Flaw flaw, ISet<string> litter) : StoreDriver
{
    public override DriverInfo Info => inner.Info;

    public override ImageLocation LocationOf(ImageId id) =>
        inner.LocationOf(flaw == Flaw.IdsAreFolded ? new ImageId(id.Value[..Math.Min(8, id.Value.Length)]) : id);

    public override ImageLocation ParseLocation(string uri)
    {
        var at = uri.IndexOf('@', StringComparison.Ordinal);
        if (at < 0)
        {
            return inner.ParseLocation(uri);
        }

        if (flaw == Flaw.SecretsStayInTheError && uri.EndsWith('\n'))
        {
            throw new StoreException(StoreError.InvalidLocation, $"{uri} is malformed.");
        }

        var user = uri["memory://".Length..at].Split(':');
        return inner.ParseLocation("memory://" + uri[(at + 1)..]) with { Secret = new LocationSecret(user[0], user[^1]) };
    }

    public override async ValueTask<StoredObject?> FindAsync(ImageLocation location, CancellationToken cancellationToken) =>
        Bend(await inner.FindAsync(location, Heard(cancellationToken)));

    public override async ValueTask<DriverReader> OpenReadAsync(
        ImageLocation location, ReadIntent intent, CancellationToken cancellationToken)
    {
        RefuseWhileUploading();
        if (flaw == Flaw.VersionTagsNeverChange)
        {
            intent = intent with { VersionTag = null };
        }

        if (flaw == Flaw.RangesAreOneByteOff && intent.Range is { Offset: > 0 } range)
        {
            intent = intent with { Range = new ByteRange(range.Offset - 1, range.Length) };
        }

        if (intent.Range is { Length: > 1 and { } length } asked)
        {
            intent = flaw switch
            {
                Flaw.RangesEndEarly => intent with { Range = new ByteRange(asked.Offset, length - 1) },
                Flaw.RangesGoOn => intent with { Range = new ByteRange(asked.Offset, length + 1) },
                _ => intent,
            };
        }

        if (flaw == Flaw.AbsenceOfAnImageIsNoError && await inner.FindAsync(location, cancellationToken) is null)
        {
            return new FlawedReader(null, new StoredObject(location, 0, null, null));
        }

        var reader = await inner.OpenReadAsync(location, intent, Heard(cancellationToken));
        var stored = flaw == Flaw.SizesAreOfTheRange && intent.Range is { } part
            ? reader.Object with { Size = part.Within(reader.Object.Size).Length!.Value }
            : reader.Object;
        return new FlawedReader(reader, Bend(stored)!);
    }

    public override async ValueTask<DriverWriter> OpenWriteAsync(ImageId id, WriteIntent intent, CancellationToken cancellationToken)
    {
        RefuseWhileUploading();
        _uploads.TryAdd(id, true);
        var bent = flaw == Flaw.CreatorsOverwriteEachOther ? intent with { Mode = WriteMode.Replace } : intent;
        return new FlawedWriter(await inner.OpenWriteAsync(id, bent, Heard(cancellationToken)), flaw, this, id, litter);
    }

    public override async ValueTask<StoredObject> WriteWholeAsync(
        ImageId id, WriteIntent intent, Chunk image, WriteSummary summary, CancellationToken cancellationToken) =>
        flaw == Flaw.SmallImagesAreLost
            ? new StoredObject(LocationOf(id), image.Length, null, null)
            : await base.WriteWholeAsync(id, intent, image, summary, cancellationToken);

    public override async ValueTask<bool> DeleteAsync(ImageLocation location, DeleteIntent intent, CancellationToken cancellationToken)
    {
        if (flaw == Flaw.DeletesLeaveLitter)
        {
            litter.Add("segment of " + location);
        }

        if (flaw == Flaw.DeletesIgnoreTheVersion)
        {
            intent = new DeleteIntent();
        }

        try
        {
            return await inner.DeleteAsync(location, intent, Heard(cancellationToken)) || flaw == Flaw.DeletesOfNothingAreTrue;
        }
        catch (StoreException e) when (e.Error == StoreError.Changed && flaw == Flaw.DeletesOfAnotherVersionAreFalse)
        {
            return false;
        }
    }

    internal CancellationToken Heard(CancellationToken cancellationToken) =>
        flaw == Flaw.CancellationIsIgnored ? CancellationToken.None : cancellationToken;

    internal async ValueTask PublishEarlyAsync(ImageId id, Chunk chunk)
    {
        var manifest = new ChunkManifest([new ChunkEntry(chunk.Length, chunk.Checksum)]);
        var intent = new WriteIntent(WriteMode.Replace, chunk.Length);
        await inner.WriteWholeAsync(id, intent, chunk with { Index = 0 }, new WriteSummary(chunk.Length, manifest, []), CancellationToken.None);
    }

    private StoredObject? Bend(StoredObject? stored) => (flaw, stored) switch
    {
        (Flaw.VersionTagsNeverChange, not null) => stored with { VersionTag = "1" },
        (Flaw.SizesAreWrong, not null) => stored with { Size = stored.Size + 1 },
        _ => stored,
    };
}
