using System.Globalization;
using GlanceStore.ImageService.Accounts;
using GlanceStore.ImageService.Database;
using GlanceStore.ImageService.Http;
using GlanceStore.ImageService.Images;

namespace GlanceStore.ImageService.Listing;

/// <summary>Which images a list has: those that its parameters ask for, of those that the caller may see.</summary>
internal static class ImageFilters
{
    private static readonly string[] ListedFields = ["id", "name", "status", "container_format", "disk_format"];
    private static readonly string[] TextFields = ["owner", "checksum", "os_hash_algo", "os_hash_value"];
    private static readonly string[] NumberFields = ["size", "virtual_size", "min_disk", "min_ram"];
    private static readonly string[] MemberStatuses = ["accepted", "pending", "rejected", "all"];

    /// <exception cref="ApiException">400: a filter is not of its form.</exception>
    public static SqlWhere Of(ListRequest request, Caller caller)
    {
        var where = new SqlWhere();
        where.Add($"i.status NOT IN ('{ImageStatus.PendingDelete}', '{ImageStatus.Deleted}')");
        var (visibility, memberStatus) = ("", "accepted");
        var hidden = false;
        foreach (var (name, value) in request.Filters)
        {
            switch (name)
            {
                case "visibility":
                    visibility = OneOf(value, name, [.. ImageProperties.Visibilities, "all"]);
                    break;
                case "member_status":
                    memberStatus = OneOf(value, name, MemberStatuses);
                    break;
                case "os_hidden":
                    hidden = TruthOf(value, name);
                    break;
                default:
                    Add(where, name, value);
                    break;
            }
        }

        where.Add(hidden ? "i.os_hidden = 1" : "i.os_hidden = 0");
        AddVisibility(where, caller, visibility, memberStatus);
        return where;
    }

    private static void Add(SqlWhere where, string name, string value)
    {
        switch (name)
        {
            case "changes-since":
                throw ApiException.BadRequest("changes-since is no filter of this version; use updated_at=gte:TIME.");
            case "created_at" or "updated_at":
                where.Add(TimeFilter.Of(where, $"i.{name}", name, value));
                break;
            case "size_min":
                where.Add($"i.size >= {where.Value(NumberOf(value, name))}");
                break;
            case "size_max":
                where.Add($"i.size <= {where.Value(NumberOf(value, name))}");
                break;
            case "protected":
                where.Add($"i.protected = {(TruthOf(value, name) ? 1 : 0)}");
                break;
            case "tag":
                where.Add($"EXISTS (SELECT 1 FROM image_tags t WHERE t.image_id = i.id AND t.value = {where.Value(value)})");
                break;
            case var _ when ListedFields.Contains(name):
                AddListed(where, name, value);
                break;
            case var _ when TextFields.Contains(name):
                where.Add($"i.{name} = {where.Value(value)}");
                break;
            case var _ when NumberFields.Contains(name):
                where.Add($"i.{name} = {where.Value(NumberOf(value, name))}");
                break;
            default:
                where.Add($"EXISTS (SELECT 1 FROM image_properties p WHERE p.image_id = i.id AND p.name = {where.Value(name)} AND p.value = {where.Value(value)})");
                break;
        }
    }

    private static void AddListed(SqlWhere where, string name, string value)
    {
        var (op, operand) = TimeFilter.OperatorOf(value);
        where.Add(op switch
        {
            "in" => $"i.{name} IN ({string.Join(", ", ListedValues.Of(operand).Select(item => where.Value(item)))})",
            "" or "eq" => $"i.{name} = {where.Value(operand)}",
            _ => throw ApiException.BadRequest($"Unable to filter on {name} by the operator '{op}'."),
        });
    }

    private static void AddVisibility(SqlWhere where, Caller caller, string visibility, string memberStatus)
    {
        if (visibility is not ("" or "all"))
        {
            where.Add($"i.visibility = {where.Value(visibility)}");
        }

        var mine = caller.Project is { } project ? where.Value(project) : null;
        if (visibility.Length == 0)
        {
            where.Add(mine is null ? "i.visibility <> 'community'" : $"(i.visibility <> 'community' OR i.owner = {mine})");
        }

        if (caller.IsAdmin)
        {
            return;
        }

        var status = memberStatus == "all" ? "" : $" AND m.status = {where.Value(memberStatus)}";
        where.Add(mine is null ? "i.visibility IN ('public', 'community')" :
            $"(i.visibility IN ('public', 'community') OR i.owner = {mine} OR (i.visibility = 'shared' AND EXISTS (SELECT 1 FROM image_members m WHERE m.image_id = i.id AND m.member = {mine}{status})))");
    }

    private static string OneOf(string value, string name, string[] known) => known.Contains(value)
        ? value
        : throw ApiException.BadRequest($"Invalid {name} value: it must be one of {string.Join(", ", known)}.");

    private static bool TruthOf(string value, string name) => bool.TryParse(value, out var truth)
        ? truth
        : throw ApiException.BadRequest($"Invalid value of {name}: it must be 'true' or 'false'.");

    private static long NumberOf(string value, string name) => long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        ? number
        : throw ApiException.BadRequest($"Invalid value of {name}: it must be a whole number that is not negative.");
}
