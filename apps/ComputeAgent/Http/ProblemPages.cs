using System.Text.Json;
using GlanceStore.ComputeAgent.State;
using Microsoft.AspNetCore.WebUtilities;

namespace GlanceStore.ComputeAgent.Http;

/// <summary>Turns whatever went wrong into <c>application/problem+json</c> (RFC 9457).</summary>
internal sealed partial class ProblemPages(RequestDelegate next, ILogger<ProblemPages> logger)
{
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
        if (context.Response is { StatusCode: >= 400, HasStarted: false, ContentType: null })
        {
            await WriteAsync(context, ProblemOf(context.Response.StatusCode, context));
        }
    }

    private async Task FailAsync(HttpContext context, Exception error)
    {
        if (context.RequestAborted.IsCancellationRequested)
        {
            return;
        }

        var problem = ProblemOf(error);
        if (problem.Status >= StatusCodes.Status500InternalServerError && problem.Status != StatusCodes.Status501NotImplemented)
        {
            LogFailure(logger, error, context.Request.Method, context.Request.Path, problem.Status);
        }

        if (context.Response.HasStarted)
        {
            context.Abort();
            return;
        }

        context.Response.Clear();
        await WriteAsync(context, problem);
    }

    private static Problem ProblemOf(Exception error) => error switch
    {
        AgentException e => new Problem(e.Status, e.Code, e.Message),
        StoreException e => new Problem(StoreErrors.StatusOf(e.Error), e.Error.ToString(), e.Message),
        BadHttpRequestException e => new Problem(e.StatusCode, ReasonPhrases.GetReasonPhrase(e.StatusCode), e.Message),
        OperationCanceledException => new Problem(StatusCodes.Status503ServiceUnavailable, nameof(StoreError.Unavailable), "The agent is stopping. Try again later."),
        _ => new Problem(StatusCodes.Status500InternalServerError, "Failed", "The agent failed; its log says how."),
    };

    private static Problem ProblemOf(int status, HttpContext context) => new(status, ReasonPhrases.GetReasonPhrase(status), status switch
    {
        StatusCodes.Status404NotFound => "There is nothing at this path.",
        StatusCodes.Status405MethodNotAllowed => $"The method {context.Request.Method} is not allowed here.",
        _ => $"{ReasonPhrases.GetReasonPhrase(status)}.",
    });

    private static Task WriteAsync(HttpContext context, Problem problem)
    {
        context.Response.StatusCode = problem.Status;
        return context.Response.WriteAsJsonAsync(problem, AgentJson.Options, "application/problem+json", context.RequestAborted);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} failed with {Status}.")]
    private static partial void LogFailure(ILogger logger, Exception error, string method, string path, int status);

    /// <summary>The members of RFC 9457; the code is a StoreError where there is one.</summary>
    private sealed record Problem(int Status, string Code, string Detail)
    {
        public string Title => ReasonPhrases.GetReasonPhrase(Status);
    }
}
