using System.Text.Json.Nodes;
using GlanceStore.ImageService.Accounts;
using GlanceStore.ImageService.Database;
using GlanceStore.ImageService.Events;
using GlanceStore.ImageService.Http;
using GlanceStore.ImageService.Images;

namespace GlanceStore.ImageService.Sharing;

/// <summary>The projects that an image is shared with: its owner names them, and each of them says whether it wants the image in its lists.</summary>
internal sealed class ImageMembers(ServiceDatabase database, ServiceOptions options, TimeProvider time)
{
    private static readonly string[] Statuses = ["pending", "accepted", "rejected"];

    public async Task ListAsync(HttpContext context, string id)
    {
        var caller = Caller.Of(context);
        var members = await database.ReadAsync(async session => await SeenAsync(session, caller, await SharedAsync(session, caller, id)), context.RequestAborted);
        await JsonBody.WriteAsync(context, new JsonObject
        {
            ["members"] = new JsonArray([.. members.Select(Json)]),
            ["schema"] = "/v2/schemas/members",
        });
    }

    public async Task ShowAsync(HttpContext context, string id)
    {
        var (caller, member) = (Caller.Of(context), LastName.Of(context));
        var members = await database.ReadAsync(async session => await SeenAsync(session, caller, await SharedAsync(session, caller, id)), context.RequestAborted);
        await JsonBody.WriteAsync(context, Json(members.FirstOrDefault(row => row.Member == member) ?? throw NoMember(id, member)));
    }

    public async Task AddAsync(HttpContext context, string id)
    {
        var caller = Caller.Of(context);
        var member = await TextOfBodyAsync(context, "member");
        if (member is "." or "..")
        {
            throw ApiException.BadRequest($"No project is called '{member}': a path that ends with it leads elsewhere.");
        }

        var added = await database.WriteAsync(session => InsertAsync(session, caller, id, member), context.RequestAborted);
        await JsonBody.WriteAsync(context, Json(added));
    }

    public async Task AnswerAsync(HttpContext context, string id)
    {
        var (caller, member) = (Caller.Of(context), LastName.Of(context));
        var status = await TextOfBodyAsync(context, "status");
        if (!Statuses.Contains(status))
        {
            throw ApiException.BadRequest($"'status' is one of {string.Join(", ", Statuses)}.");
        }

        var answered = await database.WriteAsync(async session =>
        {
            var image = await SharedAsync(session, caller, id);
            RequireMember(caller, image, member);
            var changed = await session.ExecuteAsync(
                "UPDATE image_members SET status = @status, updated_at = @now WHERE image_id = @id AND member = @member",
                new { id, member, status, now = DbTime.Now(time) });
            return changed == 1 ? await ToldAsync(session, EventTypes.MemberUpdate, id, member) : throw NoMember(id, member);
        }, context.RequestAborted);
        await JsonBody.WriteAsync(context, Json(answered));
    }

    public async Task RemoveAsync(HttpContext context, string id)
    {
        var (caller, member) = (Caller.Of(context), LastName.Of(context));
        await database.WriteAsync(async session =>
        {
            RequireShared(await ImageTable.OwnedAsync(session, caller, id));
            var removed = await FindAsync(session, id, member) ?? throw NoMember(id, member);
            Tell(session, EventTypes.MemberDelete, removed, DbTime.Now(time));
            return await session.ExecuteAsync("DELETE FROM image_members WHERE image_id = @id AND member = @member", new { id, member });
        }, context.RequestAborted);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private async Task<MemberRow> InsertAsync(DbSession session, Caller caller, string id, string member)
    {
        RequireShared(await ImageTable.OwnedAsync(session, caller, id));
        var now = DbTime.Now(time);
        if (await session.ExecuteAsync(
            """
            INSERT INTO image_members (image_id, member, status, created_at, updated_at) VALUES (@id, @member, 'pending', @now, @now)
            ON CONFLICT DO NOTHING
            """,
            new { id, member, now }) == 0)
        {
            throw ApiException.Conflict($"The target member {member} is already associated with image {id}.");
        }

        var count = await session.FindAsync<long>("SELECT COUNT(*) FROM image_members WHERE image_id = @id", new { id });
        return count <= options.Quotas.Members
            ? await ToldAsync(session, EventTypes.MemberCreate, id, member)
            : throw ApiException.TooLarge($"The limit has been exceeded on the number of allowed image members for this image. Attempted: {count}, Maximum: {options.Quotas.Members}");
    }

    private static async Task<ImageRecord> SharedAsync(DbSession session, Caller caller, string id)
    {
        var image = await ImageTable.VisibleAsync(session, caller, id);
        RequireShared(image);
        return image;
    }

    private static void RequireShared(ImageRecord image)
    {
        if (image.Row.Visibility != "shared")
        {
            throw ApiException.Forbidden("Only shared images have members.");
        }
    }

    // The owner decides who is asked and not what they answer.
    private static void RequireMember(Caller caller, ImageRecord image, string member)
    {
        Rules.RequireWriter(caller);
        if (!caller.IsAdmin && caller.Project != member)
        {
            throw Rules.IsOwner(caller, image.Row)
                ? ApiException.Forbidden("The owner of an image does not answer for its members.")
                : NoMember(image.Row.Id, member);
        }
    }

    // Whoever is no owner sees itself among the members and nobody else.
    private static async Task<List<MemberRow>> SeenAsync(DbSession session, Caller caller, ImageRecord image)
    {
        var members = await session.QueryAsync<MemberRow>("SELECT * FROM image_members WHERE image_id = @Id ORDER BY created_at, member", new { image.Row.Id });
        return caller.IsAdmin || Rules.IsOwner(caller, image.Row) ? members : [.. members.Where(member => member.Member == caller.Project)];
    }

    private static Task<MemberRow?> FindAsync(DbSession session, string id, string member) =>
        session.FindAsync<MemberRow>("SELECT * FROM image_members WHERE image_id = @id AND member = @member", new { id, member });

    private static async Task<MemberRow> ToldAsync(DbSession session, string type, string id, string member)
    {
        var row = (await FindAsync(session, id, member))!;
        Tell(session, type, row, null);
        return row;
    }

    private static void Tell(DbSession session, string type, MemberRow row, long? deletedAt) => session.Tell(new ServiceEvent(type, row.ImageId)
    {
        Payload = EventPayloads.OfMember(row.ImageId, row.Member, row.Status, row.CreatedAt, row.UpdatedAt, deletedAt),
    });

    private static async Task<string> TextOfBodyAsync(HttpContext context, string name)
    {
        using var body = await JsonBody.ReadAsync(context);
        var texts = JsonBody.MembersOf(body).Where(member => member.Name == name).Select(member => JsonBody.TextOf(member.Value, name, ImageProperty.MaxText));
        return texts.FirstOrDefault() is { Length: > 0 } text ? text : throw ApiException.BadRequest($"The body has a member '{name}' that is a text.");
    }

    private static ApiException NoMember(string id, string member) => ApiException.NotFound($"{member} not found in the member list of the image {id}.");

    private static JsonNode Json(MemberRow row) => new JsonObject
    {
        ["member_id"] = row.Member,
        ["image_id"] = row.ImageId,
        ["status"] = row.Status,
        ["created_at"] = DbTime.Text(row.CreatedAt),
        ["updated_at"] = DbTime.Text(row.UpdatedAt),
        ["schema"] = "/v2/schemas/member",
    };

    private sealed class MemberRow
    {
        public string ImageId { get; init; } = "";

        public string Member { get; init; } = "";

        public string Status { get; init; } = "";

        public long CreatedAt { get; init; }

        public long UpdatedAt { get; init; }
    }
}
