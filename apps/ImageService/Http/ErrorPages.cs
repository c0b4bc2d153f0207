using System.Data.Common;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;

namespace GlanceStore.ImageService.Http;

/// <summary>Turns whatever went wrong into an answer of the form that the client asks for, or ends the connection where one has begun.</summary>
internal sealed partial class ErrorPages(RequestDelegate next, ILogger<ErrorPages> logger)
{
    // Nobody gets it; logs tell it from a failure.
    private const int ClientClosedRequest = 499;

    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
        }
        catch (Exception e)
        {
            await FailAsync(context, e);
            return;
        }

        // What routing refused has no body yet.
        if (context.Response is { StatusCode: >= 400, HasStarted: false, ContentType: null, ContentLength: null })
        {
            await ErrorBody.WriteAsync(context, TextOf(context));
        }
    }

    private async Task FailAsync(HttpContext context, Exception error)
    {
        var (status, text) = AnswerTo(error, context);
        if (status >= StatusCodes.Status500InternalServerError && status != StatusCodes.Status501NotImplemented)
        {
            LogFailure(logger, error, context.Request.Method, context.Request.Path, status);
        }

        if (context.Response.HasStarted || context.RequestAborted.IsCancellationRequested)
        {
            // A body that cannot be finished: a client that counts or waits for its end learns so from the connection. Or nobody to answer.
            context.Abort();
            return;
        }

        context.Response.Headers.ContentLength = null;
        context.Response.Headers.ContentType = default;
        context.Response.Headers.ContentMD5 = default;
        if (status != StatusCodes.Status416RangeNotSatisfiable)
        {
            context.Response.Headers.ContentRange = default;
        }

        context.Response.StatusCode = status;
        await ErrorBody.WriteAsync(context, text);
    }

    private static (int Status, string Text) AnswerTo(Exception error, HttpContext context) => error switch
    {
        ApiException e => (e.Status, e.Message),
        StoreException e => StoreErrors.AnswerTo(e),
        BadHttpRequestException e => (e.StatusCode, e.Message),

        // The length of a chunk that is no number Kestrel knows; what is no hexadecimal digit in it is the exception above.
        IOException { InnerException: OverflowException } e => (StatusCodes.Status400BadRequest, e.Message),
        JsonException => (StatusCodes.Status400BadRequest, "The body is not valid JSON."),
        DbException => (StatusCodes.Status503ServiceUnavailable, "The database of the image service does not answer. Try again later."),
        OperationCanceledException or IOException when context.RequestAborted.IsCancellationRequested => (ClientClosedRequest, "The client went away."),
        OperationCanceledException => (StatusCodes.Status503ServiceUnavailable, "The image service is stopping. Try again later."),
        _ => (StatusCodes.Status500InternalServerError, "The image service failed; its log says how."),
    };

    private static string TextOf(HttpContext context) => context.Response.StatusCode switch
    {
        StatusCodes.Status404NotFound => "The resource could not be found.",
        StatusCodes.Status405MethodNotAllowed => $"The method {context.Request.Method} is not allowed for this resource.",
        var status => $"{ReasonPhrases.GetReasonPhrase(status)}.",
    };

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} failed with {Status}.")]
    private static partial void LogFailure(ILogger logger, Exception error, string method, string path, int status);
}
