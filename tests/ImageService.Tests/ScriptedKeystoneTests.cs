using System.Collections.Concurrent;
using System.Net;
using GlanceStore.Drivers.Testing;

namespace GlanceStore.ImageService.Tests;

/// <summary>What the service asks of Keystone, and how often: a Keystone that knows everybody, and does what it is told beside.</summary>
[TestClass]
public sealed class ScriptedKeystoneTests
{
    private readonly ConcurrentQueue<string> _asked = [];

    [TestMethod]
    public async Task A_token_is_asked_about_once_and_again_when_it_has_ended()
    {
        using var keystone = Keystone("2099-01-01T00:00:00Z");
        await using (var service = await StartAsync(keystone))
        {
            foreach (var token in new[] { "a", "a", "b", "a" })
            {
                (await service.ClientOf(token).GetAsync("/v2/images")).Is(200);
            }
        }

        Assert.AreEqual("login, own-1 a, own-1 b", string.Join(", ", _asked));
        _asked.Clear();
        using var ended = Keystone("2020-01-01T00:00:00Z");
        await using (var service = await StartAsync(ended))
        {
            (await service.ClientOf("a").GetAsync("/v2/images")).Is(200);
            (await service.ClientOf("a").GetAsync("/v2/images")).Is(200);
        }

        Assert.AreEqual("login, own-1 a, own-1 a", string.Join(", ", _asked));
    }

    [TestMethod]
    public async Task The_service_s_own_token_is_renewed_once_it_is_refused_and_nobody_notices()
    {
        using var keystone = Keystone("2099-01-01T00:00:00Z", refused: "own-1 b");
        await using var service = await StartAsync(keystone);
        (await service.ClientOf("a").GetAsync("/v2/images")).Is(200);
        (await service.ClientOf("b").GetAsync("/v2/images")).Is(200);
        (await service.ClientOf("c").GetAsync("/v2/images")).Is(200);
        Assert.AreEqual("login, own-1 a, own-1 b, login, own-2 b, own-2 c", string.Join(", ", _asked));
    }

    [TestMethod]
    public async Task A_connection_that_is_cut_without_an_answer_is_tried_once_more_and_a_keystone_that_cuts_all_is_503()
    {
        // What has no body the HTTP client itself sends again, several times; a login has one.
        using var keystone = Keystone("2099-01-01T00:00:00Z", cut: ["login", "b", .. Enumerable.Repeat("c", 20)]);
        await using var service = await StartAsync(keystone);
        (await service.ClientOf("a").GetAsync("/v2/images")).Is(200);
        (await service.ClientOf("b").GetAsync("/v2/images")).Is(200);
        Assert.AreEqual("login, login, own-1 a, own-1 b, own-1 b", string.Join(", ", _asked));
        (await service.ClientOf("c").GetAsync("/v2/images")).Is(503);
        (await service.ClientOf("d").GetAsync("/v2/images")).Is(200);
    }

    [TestMethod]
    public async Task A_token_that_ended_during_a_long_job_is_let_in_beside_that_of_a_service_and_not_without()
    {
        using var keystone = Keystone("2099-01-01T00:00:00Z");
        await using var service = await StartAsync(keystone);
        (await service.ClientOf("ended").GetAsync("/v2/images")).Is(401);
        (await ListAsync(service, "ended", "nova")).Is(200);
        (await ListAsync(service, "ended", "nova")).Is(200);
        Assert.AreEqual("login, own-1 ended, own-1 nova, own-1 ended allow_expired", string.Join(", ", _asked));

        // What was said of it beside the token of a service is said to nobody else.
        (await service.ClientOf("ended").GetAsync("/v2/images")).Is(401);
        foreach (var other in new[] { "member", "ended-nova", "nobody" })
        {
            Assert.Contains("Keystone uri=", (await ListAsync(service, "ended", other)).Is(401).Header("WWW-Authenticate")!);
        }

        (await ListAsync(service, "nobody", "nova")).Is(401);
        _asked.Clear();
        (await ListAsync(service, "ended", "nova-too")).Is(200);
        Assert.AreEqual("own-1 nova-too, own-1 ended allow_expired", string.Join(", ", _asked));
    }

    [TestMethod]
    public async Task What_is_said_of_a_token_that_ended_is_believed_no_longer_than_the_token_of_the_service_and_the_time_that_is_set()
    {
        using var keystone = Keystone("2099-01-01T00:00:00Z");
        await using (var service = await StartAsync(keystone, "CacheTime=00:00:00"))
        {
            (await ListAsync(service, "ended", "nova")).Is(200);
            (await ListAsync(service, "ended", "nova")).Is(200);
        }

        Assert.AreEqual("login, own-1 nova, own-1 ended allow_expired, own-1 nova, own-1 ended allow_expired", string.Join(", ", _asked));
        _asked.Clear();
        using var ending = Keystone("2020-01-01T00:00:00Z");
        await using (var service = await StartAsync(ending))
        {
            (await ListAsync(service, "ended", "nova")).Is(200);
            (await ListAsync(service, "ended", "nova")).Is(200);
        }

        Assert.AreEqual("login, own-1 nova, own-1 ended allow_expired, own-1 nova", string.Join(", ", _asked));
    }

    [TestMethod]
    public async Task The_token_of_a_service_spoils_a_request_where_it_is_not_valid_and_without_its_role_where_that_is_required()
    {
        using var keystone = Keystone("2099-01-01T00:00:00Z");
        await using (var service = await StartAsync(keystone))
        {
            (await ListAsync(service, "a", "member")).Is(200);
            (await ListAsync(service, "a", "nobody")).Is(401);
            (await ListAsync(service, "a", "")).Is(200);
        }

        await using (var service = await StartAsync(keystone, "ServiceTokenRolesRequired=true"))
        {
            (await ListAsync(service, "a", "member")).Is(401);
            (await ListAsync(service, "a", "nova")).Is(200);
        }

        await using (var service = await StartAsync(keystone, "ServiceTokenRoles=admin, member"))
        {
            (await ListAsync(service, "ended", "member")).Is(200);
            (await ListAsync(service, "ended", "nova")).Is(401);
        }
    }

    [TestMethod]
    public async Task No_log_tells_the_token_of_a_user_or_a_service()
    {
        using var keystone = Keystone("2099-01-01T00:00:00Z");
        var root = Directory.CreateTempSubdirectory("image-service-");
        using (var process = ServiceProcess.Start(
        [
            .. RealKeystone.SettingsFor(keystone.Url), $"ImageService:Database=sqlite:{Path.Combine(root.FullName, "images.db")}", "GlanceStore:Stores:fast:Type=file",
            $"GlanceStore:Stores:fast:Directory={root.FullName}", "Logging:LogLevel:Default=Trace", "Logging:LogLevel:Microsoft.AspNetCore=Trace",
        ]))
        {
            var client = await process.ClientAsync();
            foreach (var (token, other, status) in new[] { ("ended-secret", "nova-secret", 200), ("ended-secret", "member-secret", 401), ("a-secret", "nobody-secret", 401) })
            {
                using var request = RequestOf(other);
                request.Headers.Add("X-Auth-Token", token);
                (await client.SendAsync(request)).Is(status);
            }

            await process.StopAsync();
            Assert.Contains("/v2/images", process.Output);
            Assert.DoesNotContain("-secret", process.Output);
        }

        root.Delete(recursive: true);
    }

    private static Task<RunningService> StartAsync(LoopbackHttp keystone, params string[] settings) =>
        RunningService.StartAsync([.. RealKeystone.SettingsFor(keystone.Url), .. settings.Select(setting => $"ImageService:Auth:Keystone:{setting}")]);

    private static Task<Answer> ListAsync(RunningService service, string token, string serviceToken) => service.ClientOf(token).SendAsync(RequestOf(serviceToken));

    private static HttpRequestMessage RequestOf(string serviceToken) => new(HttpMethod.Get, "/v2/images") { Headers = { { "X-Service-Token", serviceToken } } };

    // A token of the service's own for each login; of two that are the same, the second is another request. Of its callers' tokens "ended…" are known
    // where ended ones are asked for, "nova…" are those of services, and "nobody…" is known never.
    private LoopbackHttp Keystone(string end, string? refused = null, string[]? cut = null)
    {
        var (logins, cuts) = (0, cut?.ToList() ?? []);
        return new LoopbackHttp(async context =>
        {
            var (request, response) = (context.Request, context.Response);
            if (request.HttpMethod == "POST")
            {
                _asked.Enqueue("login");
                if (cuts.Remove("login"))
                {
                    throw new IOException("The connection ends here.");
                }

                response.StatusCode = (int)HttpStatusCode.Created;
                response.Headers["X-Subject-Token"] = $"own-{++logins}";
                response.Close();
                return;
            }

            var token = request.Headers["X-Subject-Token"]!;
            var isEnded = token.StartsWith("ended", StringComparison.Ordinal);
            var takesEnded = request.QueryString["allow_expired"] == "1";
            var asked = $"{request.Headers["X-Auth-Token"]} {token}";
            _asked.Enqueue(takesEnded ? $"{asked} allow_expired" : asked);
            if (cuts.Remove(token))
            {
                throw new IOException("The connection ends here.");
            }
            else if (asked == refused)
            {
                response.StatusCode = (int)HttpStatusCode.Unauthorized;
                response.Close();
            }
            else if (token.StartsWith("nobody", StringComparison.Ordinal) || (isEnded && !takesEnded))
            {
                response.StatusCode = (int)HttpStatusCode.NotFound;
                response.Close();
            }
            else
            {
                var role = token.StartsWith("nova", StringComparison.Ordinal) ? "service" : "member";
                await using var writer = new StreamWriter(response.OutputStream);
                await writer.WriteAsync($$$"""{"token": {"user": {"id": "u"}, "project": {"id": "p"}, "roles": [{"name": "{{{role}}}"}], "expires_at": "{{{(isEnded ? "2020-01-01T00:00:00Z" : end)}}}"}}""");
            }
        });
    }
}
