using System.Buffers.Binary;

namespace GlanceStore.Formats.Inspection;

/// <summary>Microsoft's VHDX ([MS-VHDX]): a region table leads to a metadata table, which leads to what is to know.</summary>
internal static class VhdxInspection
{
    private const int LeastMetadataBytes = 64 << 10;

    public static IEnumerable<Need> Inspect(ImageView image, InspectionReport report)
    {
        yield return Need.Bytes(VhdxLayout.FirstHeader, VhdxLayout.HeadersEnd - VhdxLayout.FirstHeader);
        if (image.CountAt(VhdxLayout.FirstHeader, VhdxLayout.HeadersBytes) < VhdxLayout.HeadersBytes)
        {
            report.EndsInHeader();
            yield break;
        }

        var regions = ReadHeaders(image.At(VhdxLayout.FirstHeader, VhdxLayout.HeadersBytes), report);
        image.Forget(VhdxLayout.FirstHeader);
        if (regions is not { Metadata: { Length: >= LeastMetadataBytes } metadata })
        {
            report.Unreachable("its metadata");
            yield break;
        }

        Describe(regions, report);
        yield return Need.Bytes(metadata.Offset, LeastMetadataBytes);
        var itemsEnd = VhdxMetadata.EndOfItems(image.At(metadata.Offset, LeastMetadataBytes), metadata.Length);
        yield return Need.Bytes(metadata.Offset, Math.Max(LeastMetadataBytes, itemsEnd));
        if (!VhdxMetadata.TryRead(image.At(metadata.Offset, itemsEnd), out var found))
        {
            report.Unreachable("its metadata");
            yield break;
        }

        Describe(found, report);
        yield return Need.Size;
        if (regions.End > image.Length)
        {
            report.Note("truncated", $"The image ends early: it has {image.Length} bytes, and its regions end at {regions.End}.");
        }
    }

    private static VhdxRegions? ReadHeaders(ReadOnlySpan<byte> headers, InspectionReport report)
    {
        if (VhdxLayout.CurrentHeader(headers) is not { } header)
        {
            report.Note("checksum", "Neither of the image's two headers has a right checksum.");
        }
        else if (header.HasLog)
        {
            report.Note("log", "The image was not closed: its log holds writes that have not been made yet.");
        }

        return VhdxLayout.ReadRegions(headers);
    }

    private static void Describe(VhdxRegions regions, InspectionReport report)
    {
        if (regions.HasUnknownRequired)
        {
            report.Unsafe("unknown_features", "The image has a region that must be understood and is not known, so nothing can be said of what it does.");
        }

        if (regions.HasTwins)
        {
            report.Unsafe("header", "The image has two tables of blocks or of metadata, so what it is depends on who reads it.");
        }
    }

    private static void Describe(VhdxMetadata found, InspectionReport report)
    {
        report.Sized(found.VirtualSize);
        report.Detail("type", found.IsFixed ? "fixed" : found.HasParent ? "differencing" : "dynamic");
        report.Detail("cluster_size", found.BlockSize);
        report.Detail("sector_size", found.LogicalSectorSize);
        if (found.HasParent)
        {
            report.Unsafe("parent", "The image holds only what differs from another one, which it names: its parent.");
        }

        if (found.HasUnknownRequired)
        {
            report.Unsafe("unknown_features", "The image has metadata that must be understood and is not known, so nothing can be said of what it does.");
        }

        if (found.HasTwins)
        {
            report.Unsafe("header", "The image's metadata says one thing twice, so what it is depends on who reads it.");
        }
    }
}
