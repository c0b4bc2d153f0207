using System.Net;
using GlanceStore.Drivers.Testing;

namespace GlanceStore.Cli.Tests;

/// <summary>A store that names its endpoint and its keys is what it says, whatever lies in <c>~/.aws</c> and in <c>AWS_*</c>.</summary>
[TestClass]
public sealed class S3EnvironmentTests : IDisposable
{
    internal const string Settings =
        """{"GlanceStore":{"Stores":{"s":{"Type":"s3","Endpoint":"URL","Bucket":"images","AccessKey":"own-key","SecretKey":"s"}}}}""";

    private readonly Tool _tool = new();

    public void Dispose() => _tool.Dispose();

    [TestMethod]
    [DataRow("Access key ID,Secret access key\nAKIA,abc\n")]
    [DataRow("[default\naws_access_key_id=AKIA\n")]
    [DataRow("[default]\nno equals sign\n")]
    [DataRow("<html><body>Sign in</body></html>\n")]
    [DataRow("<<<<<<< HEAD\n[default]\n=======\n>>>>>>> other\n")]
    [DataRow("[default]\nretry_mode = none such\nmax_attempts = many\ndefaults_mode = odd\nuse_fips_endpoint = perhaps\n")]
    public async Task A_spoiled_aws_file_puts_no_store_down_that_has_keys_of_its_own(string content)
    {
        foreach (var file in (string[])["credentials", "config"])
        {
            Directory.CreateDirectory(_tool.At($"home{file}/.aws"));
            await File.WriteAllTextAsync(_tool.At($"home{file}/.aws/{file}"), content);
            await AssertPutAsync($"HOME={_tool.At($"home{file}")}");
        }
    }

    [TestMethod]
    public async Task Variables_for_other_programs_decide_nothing()
    {
        await AssertPutAsync("AWS_MAX_ATTEMPTS=many", "AWS_RETRY_MODE=odd", "AWS_DEFAULTS_MODE=odd", "AWS_USE_FIPS_ENDPOINT=perhaps", "AWS_USE_DUALSTACK_ENDPOINT=true",
            "AWS_ENDPOINT_URL=http://127.0.0.1:1", "AWS_ENDPOINT_URL_S3=http://127.0.0.1:1", "AWS_REGION=nowhere", "AWS_PROFILE=absent", "AWS_CONFIG_FILE=/nonexistent",
            "AWS_REQUEST_CHECKSUM_CALCULATION=odd", "AWS_RESPONSE_CHECKSUM_VALIDATION=odd", "AWS_ACCOUNT_ID_ENDPOINT_MODE=odd", "AWS_S3_US_EAST_1_REGIONAL_ENDPOINT=odd",
            "AWS_S3_DISABLE_MULTIREGION_ACCESS_POINTS=odd", "AWS_S3_USE_ARN_REGION=odd", "AWS_CSM_ENABLED=true", "AWS_ENABLE_ENDPOINT_DISCOVERY=odd",
            "AWS_REQUEST_MIN_COMPRESSION_SIZE_BYTES=odd", "AWS_EC2_METADATA_SERVICE_ENDPOINT=odd", "AWS_AUTH_SCHEME_PREFERENCE=odd", "AWS_DISABLE_CLOCK_SKEW_CORRECTION=odd",
            "AWS_ACCESS_KEY_ID=other", "AWS_SECRET_ACCESS_KEY=other");
    }

    // HEAD finds nothing, PUT is taken; what is signed with is the store's key, in the store's region.
    private async Task AssertPutAsync(params string[] variables)
    {
        var signers = new List<string>();
        using var server = new LoopbackHttp(context =>
        {
            lock (signers)
            {
                signers.Add(context.Request.Headers["Authorization"] ?? "");
            }

            var isPut = context.Request.HttpMethod == "PUT";
            context.Response.StatusCode = isPut || context.Request.RawUrl!.Trim('/') == "images" ? (int)HttpStatusCode.OK : (int)HttpStatusCode.NotFound;
            context.Response.Headers["ETag"] = "\"x\"";
            context.Response.ContentLength64 = 0;
            context.Response.Close();
            return Task.CompletedTask;
        });
        await File.WriteAllTextAsync(_tool.At("s3.json"), Settings.Replace("URL", server.Url, StringComparison.Ordinal));
        _tool.MakeFile("little", 1000);
        using var process = _tool.StartProgram("env", [.. variables, Tool.BuiltTool, "--config", _tool.At("s3.json"), "put", _tool.At("little")]);
        process.StandardInput.Close();
        (await Tool.EndOfAsync(process)).Succeeded();
        Assert.IsNotEmpty(signers);
        foreach (var signer in signers)
        {
            Assert.Contains("Credential=own-key/", signer);
            Assert.Contains("/us-east-1/s3/", signer);
        }
    }
}
