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

    private static Task<RunningService> StartAsync(LoopbackHttp keystone) => RunningService.StartAsync(RealKeystone.SettingsFor(keystone.Url));

    // A token of the service's own for each login; of two that are the same, the second is another request.
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

            var asked = $"{request.Headers["X-Auth-Token"]} {request.Headers["X-Subject-Token"]}";
            _asked.Enqueue(asked);
            if (cuts.Remove(request.Headers["X-Subject-Token"]!))
            {
                throw new IOException("The connection ends here.");
            }
            else if (asked == refused)
            {
                response.StatusCode = (int)HttpStatusCode.Unauthorized;
                response.Close();
            }
            else
            {
                await using var writer = new StreamWriter(response.OutputStream);
                await writer.WriteAsync($$$"""{"token": {"user": {"id": "u"}, "project": {"id": "p"}, "roles": [{"name": "member"}], "expires_at": "{{{end}}}"}}""");
            }
        });
    }
}
