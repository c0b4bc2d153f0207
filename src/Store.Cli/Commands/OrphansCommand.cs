using System.CommandLine;

namespace GlanceStore.Cli.Commands;

/// <summary><c>orphans</c>: what the stores hold and nobody knows, and the other way round.</summary>
internal static class OrphansCommand
{
    private static readonly Option<string?> Store = CommandLine.Listed();

    private static readonly Option<string?> Receipts = new("--receipts")
    {
        Description = "The folder of the receipts (*.json) of all images there should be.",
        HelpName = "DIR",
    };

    private static readonly Option<string?> Ids = new("--glance-ids")
    {
        Description = "A file with the id of every image there should be, one a line, as 'openstack image list -f value -c ID' prints them.",
        HelpName = "FILE",
    };

    private static readonly Option<bool> Json = CommandLine.Json("each finding, an object a line");

    public static Command Create()
    {
        var command = new Command("orphans",
            "Tells what the stores hold and no receipt or id names (unknown), and what these name and the stores do not hold (missing). Changes nothing. "
            + "Exit codes: 0 neither, 3 something is missing, 4 something is unknown and nothing missing, 1 not everything could be looked at.")
        {
            Store, Receipts, Ids, Json,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var (folder, ids) = (arguments.GetValue(Receipts), arguments.GetValue(Ids));
        if (folder is null == ids is null)
        {
            throw new UsageException("Name what there should be: the folder of the receipts with --receipts, or the file of the ids with --glance-ids.");
        }

        await using var stores = await StoreConfiguration.OpenAsync(arguments, cancellationToken);
        var contents = StoreContents.Of(stores, arguments.GetValue(Store));
        var comparison = new InventoryComparison(contents, Console.Out, arguments.GetValue(Json));

        // What is stored comes first: an image that is put meanwhile has its receipt, and is not taken for one that nobody knows.
        await comparison.ListAsync(cancellationToken);
        if (folder is not null)
        {
            await comparison.CompareWithReceiptsAsync(stores, ReceiptFolder.FilesOf(folder), cancellationToken);
        }
        else
        {
            await comparison.CompareWithIdsAsync(ids!, cancellationToken);
        }

        contents.RequireAll();
        return (int)comparison.ExitCode;
    }
}
