using System.Text.Json.Nodes;
using GlanceStore.ImageService.Accounts;
using GlanceStore.ImageService.Database;
using GlanceStore.ImageService.Http;
using GlanceStore.ImageService.Listing;

namespace GlanceStore.ImageService.Imports;

/// <summary>Lists the tasks of all images, page by page, for administrators.</summary>
internal sealed class TaskList(ServiceDatabase database, ServiceOptions options)
{
    private const string Path = "/v2/tasks";

    private static readonly string[] Statuses = ["pending", "processing", "success", "failure"];
    private static readonly string[] SortKeys = ["id", "type", "status", "owner", "expires_at", "created_at", "updated_at"];
    private static readonly string[] Filters = ["status", "type", "owner", "image_id"];
    private static readonly string[] Paging = ["limit", "marker", "sort_key", "sort_dir"];

    public async Task ListAsync(HttpContext context)
    {
        Rules.RequireAdmin(Caller.Of(context), "see tasks");
        var query = context.Request.Query;
        var limit = ListRequest.LimitOf(query["limit"], options);
        var tasks = await database.ReadAsync(session => PageAsync(session, query, limit), context.RequestAborted);
        var answer = new JsonObject
        {
            ["tasks"] = new JsonArray([.. tasks.Select(task => task.ToShortJson())]),
            ["first"] = PageLinks.Of(Path, query, null),
            ["schema"] = "/v2/schemas/tasks",
        };
        if (tasks.Count > 0 && tasks.Count == limit)
        {
            answer["next"] = PageLinks.Of(Path, query, tasks[^1].Id);
        }

        await JsonBody.WriteAsync(context, answer);
    }

    private static async Task<List<ImportTask>> PageAsync(DbSession session, IQueryCollection query, int limit)
    {
        var where = FiltersOf(query);
        var key = ListRequest.Single(query["sort_key"], "sort_key") ?? "created_at";
        var expression = SortKeys.Contains(key) ? ExpressionOf(key) : throw ApiException.BadRequest($"Invalid sort key: {key}. It must be one of the following: {string.Join(", ", SortKeys)}.");
        var isDescending = ListRequest.Single(query["sort_dir"], "sort_dir") switch
        {
            null or "desc" => true,
            "asc" => false,
            var other => throw ApiException.BadRequest($"Invalid sort direction: {other}"),
        };
        if (ListRequest.Single(query["marker"], "marker") is { } marker)
        {
            var at = where.Value(marker);
            if (await session.FindAsync<string>("SELECT id FROM tasks WHERE id = @marker", new { marker }) is null)
            {
                throw ApiException.BadRequest($"Invalid marker: there is no task {marker}.");
            }

            where.Add($"({expression}, t.id) {(isDescending ? "<" : ">")} (SELECT {expression}, t.id FROM tasks t WHERE t.id = {at})");
        }

        var direction = isDescending ? "DESC" : "ASC";
        return await session.QueryAsync<ImportTask>($"SELECT t.* FROM tasks t WHERE {where.Text} ORDER BY {expression} {direction}, t.id {direction} LIMIT {limit}", where.Values);
    }

    private static SqlWhere FiltersOf(IQueryCollection query)
    {
        var where = new SqlWhere();
        foreach (var name in query.Keys.Except(Paging))
        {
            if (!Filters.Contains(name))
            {
                throw ApiException.BadRequest($"Tasks are not listed by '{JsonBody.Checked(name, "the name of a filter", 255)}'.");
            }

            var value = ListRequest.Single(query[name], name)!;
            if (name == "status" && !Statuses.Contains(value))
            {
                throw ApiException.BadRequest($"Invalid status value: {value}");
            }

            where.Add($"t.{name} = {where.Value(value)}");
        }

        return where;
    }

    // Without a null, and a tie is told apart by the id.
    private static string ExpressionOf(string key) => key switch
    {
        "owner" => "COALESCE(t.owner, '')",
        "expires_at" => "COALESCE(t.expires_at, 0)",
        _ => $"t.{key}",
    };
}
