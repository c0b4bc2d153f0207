using GlanceStore.ImageService.Accounts;
using GlanceStore.ImageService.Database;
using GlanceStore.ImageService.Events;

namespace GlanceStore.ImageService.Imports;

/// <summary>How a task comes into the queue, whatever it is to do.</summary>
internal static class TaskQueue
{
    /// <summary>Adds one, and tells so; null where the image has one already that has not ended.</summary>
    /// <param name="session">The transaction.</param>
    /// <param name="type">One of the types of <see cref="ImportTask"/>.</param>
    /// <param name="imageId">The image that it is about.</param>
    /// <param name="request">What is to be done.</param>
    /// <param name="caller">Who asks.</param>
    /// <param name="requestId">The request by which it is asked.</param>
    /// <param name="now">The time.</param>
    public static async Task<ImportTask?> TryAddAsync(DbSession session, string type, string imageId, ImportRequest request, Caller caller, string requestId, long now)
    {
        var task = await session.FindAsync<ImportTask>(
            """
            INSERT INTO tasks (id, type, image_id, status, owner, user_id, request_id, input, message, created_at, updated_at, attempts)
            VALUES (@id, @type, @imageId, 'pending', @Project, @User, @requestId, @input, '', @now, @now, 0)
            ON CONFLICT DO NOTHING
            RETURNING *
            """,
            new { id = Guid.NewGuid().ToString("D"), type, imageId, caller.Project, caller.User, requestId, input = request.ToJson(), now });
        if (task is not null)
        {
            session.Tell(ServiceEvent.OfTask(EventTypes.TaskCreate, imageId, task.Id));
        }

        return task;
    }
}
