using System.Text.Json.Nodes;
using GlanceStore.ImageService.Checking;
using Microsoft.Data.Sqlite;

namespace GlanceStore.ImageService.Tests;

/// <summary><c>db check</c>: what the database says, held against what the stores hold.</summary>
public abstract class CheckTests : DatabaseTests
{
    [TestMethod]
    public async Task A_database_and_stores_that_agree_have_no_findings()
    {
        await Client.StoreAsync(SomeBytes.Of(100_000));
        await Client.StoreAsync([]);
        await Client.CreateAsync();
        var (code, lines) = await CheckAsync("--sample", "100%");
        Assert.AreEqual(0, code);
        Assert.AreEqual("2 copies of images in the database, 2 of them read; 3 stores listed: 0 missing, 0 orphan, 0 size, 0 digest, 0 unread.", lines.Single());
    }

    [TestMethod]
    public async Task What_is_missing_orphaned_shortened_or_damaged_is_told_and_nothing_else()
    {
        string[] ids = [.. await Task.WhenAll(Enumerable.Range(0, 5).Select(i => Client.StoreAsync(SomeBytes.Of(200_000, i))))];
        File.Delete(Service.At($"fast/{ids[0]}"));
        await using (var shortened = File.OpenWrite(Service.At($"fast/{ids[1]}")))
        {
            shortened.SetLength(199_999);
        }

        await using (var damaged = File.OpenWrite(Service.At($"fast/{ids[2]}")))
        {
            damaged.Position = 150_000;
            damaged.Write(SomeBytes.Of(10));
        }

        await ExecuteAsync("DELETE FROM image_locations WHERE image_id = @id", ids[3]);
        await File.WriteAllTextAsync(Service.At("cold/nobody-s"), "12345");
        await File.WriteAllTextAsync(Service.At($"hidden/{ids[4]}"), "staged by nobody");
        var (code, lines) = await CheckAsync("--json", "--sample", "100%");
        Assert.AreEqual(3, code);
        var found = lines.Select(line => JsonNode.Parse(line)!).ToArray();
        Assert.AreSequenceEqual(
            new[]
            {
                $"digest {ids[2]} fast", $"missing {ids[0]} fast", $"missing {ids[3]} ", $"orphan {ids[3]} fast", $"orphan {ids[4]} hidden", "orphan nobody-s cold", $"size {ids[1]} fast",
            }.Order(StringComparer.Ordinal),
            found.SkipLast(1).Select(finding => $"{finding["finding"]} {finding["image"]} {finding["store"]}").Order(StringComparer.Ordinal));
        Assert.AreEqual(5L, (long?)found.Single(finding => (string?)finding["image"] == "nobody-s")["size"]);
        Assert.AreEqual("summary", (string?)found[^1]["finding"]);
        Assert.AreEqual(2, (int?)found[^1]["missing"]);
        Assert.AreEqual("active", await Client.StatusOfAsync(ids[0]));
        Assert.IsTrue(File.Exists(Service.At("cold/nobody-s")), "it changes nothing");
    }

    [TestMethod]
    public async Task Without_a_sample_damage_is_not_looked_for()
    {
        var id = await Client.StoreAsync(SomeBytes.Of(200_000));
        await File.WriteAllBytesAsync(Service.At($"fast/{id}"), new byte[200_000]);
        Assert.AreEqual(0, (await CheckAsync("--sample", "0")).Code);
        Assert.AreEqual(4, (await CheckAsync("--sample", "1")).Code);
        Assert.AreEqual(4, (await CheckAsync()).Code);
    }

    [TestMethod]
    public async Task What_is_under_way_or_waits_to_be_cleaned_up_is_no_finding()
    {
        // An upload in the middle of its body, one that died behind the store's commit, an image that waits for its import, a deletion whose store was away.
        var body = new PausedContent(SomeBytes.Of(200_000), 100_000);
        var upload = Client.UploadAsync(await Client.CreateAsync(), body);
        await body.Begun;
        var killed = await Client.CreateAsync();
        await Service.Stores["cold"].PutAsync(new ImageId(killed), new MemoryStream([1, 2, 3]));
        await ExecuteAsync("UPDATE images SET status = 'saving', upload_id = 'dead', upload_store = 'cold', lease_until = 9000000000000000 WHERE id = @id", killed);
        var staged = await Client.CreateAsync();
        var content = new ByteArrayContent([1, 2]) { Headers = { ContentType = new("application/octet-stream") } };
        (await Client.SendAsync(new HttpRequestMessage(HttpMethod.Put, $"/v2/images/{staged}/stage") { Content = content })).Is(204);
        var deleted = await Client.StoreAsync([4, 5]);
        await ExecuteAsync("UPDATE images SET status = 'pending_delete' WHERE id = @id", deleted);
        var (code, lines) = await CheckAsync("--sample", "100%");
        Assert.AreEqual(0, code, string.Join('\n', lines));
        File.Delete(Service.At($"hidden/{staged}"));
        Assert.Contains($"missing: Image {staged}", (await CheckAsync()).Lines[0]);
        body.GoOn();
        (await upload).Is(204);
    }

    [TestMethod]
    public async Task A_store_that_is_not_there_is_told_once_and_no_image_of_it_is_missing()
    {
        foreach (var id in new[] { await Client.StoreAsync([1]), await Client.StoreAsync([2]) })
        {
            await ExecuteAsync("UPDATE image_locations SET store = 'gone', url = 'sftp://gone.example.org/' || image_id WHERE image_id = @id", id);
            File.Delete(Service.At($"fast/{id}"));
        }

        var (code, lines) = await CheckAsync();
        Assert.AreEqual(1, code);
        Assert.HasCount(2, lines);
        Assert.StartsWith("unread: The store 'gone' could not be looked at", lines[0]);
    }

    private async Task<(int Code, string[] Lines)> CheckAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var code = await CheckCommand.RunAsync(["db", "check", .. arguments, .. Service.Arguments], output, errors, CancellationToken.None);
        Assert.AreEqual("", errors.ToString());
        return (code, output.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries));
    }

    private Task ExecuteAsync(string sql, string id) => Service.Database.WriteAsync(session => session.ExecuteAsync(sql, new { id }), CancellationToken.None);
}

[TestClass]
public sealed class SqliteCheckTests : CheckTests
{
    [TestMethod]
    [DataRow("db")]
    [DataRow("db", "chek")]
    [DataRow("db", "check", "--jsno")]
    [DataRow("db", "check", "--sample")]
    [DataRow("db", "check", "--sample", "-1")]
    [DataRow("db", "check", "--sample", "101%")]
    [DataRow("db", "check", "--sample", "1.5")]
    public async Task Arguments_that_there_are_not_are_told_with_those_that_there_are(params string[] arguments)
    {
        using var errors = new StringWriter();
        Assert.AreEqual(2, await CheckCommand.RunAsync(arguments, TextWriter.Null, errors, CancellationToken.None));
        Assert.Contains("--sample N|P%", errors.ToString());
    }

    [TestMethod]
    public async Task Settings_may_stand_before_the_command()
    {
        string[] arguments = [.. Service.Arguments, "--config", "none.json", "db", "check"];
        Assert.IsTrue(CheckCommand.IsCalledBy(arguments));
        using var errors = new StringWriter();
        Assert.AreEqual(2, await CheckCommand.RunAsync(arguments, TextWriter.Null, errors, CancellationToken.None));
        Assert.Contains("none.json", errors.ToString(), "the file is what is missing");
        Assert.IsFalse(CheckCommand.IsCalledBy([.. Service.Arguments, "--config", "db"]), "the value of a setting is no command");
    }

    [TestMethod]
    public async Task What_a_check_remembers_of_many_images_is_not_in_memory()
    {
        const int Count = 200_000;
        await using var scratch = await CheckScratch.OpenAsync(CancellationToken.None);
        var (managed, all) = (GC.GetTotalMemory(forceFullCollection: true), Environment.WorkingSet);
        var sample = new CopySample(Count, new Random(1), scratch);
        foreach (var numbers in Enumerable.Range(0, Count).Chunk(1000))
        {
            await scratch.AddAsync(numbers.Select(i => new ListedCopy { Store = "s", Uri = UriOf(i), Name = $"{i}", Size = i }), CancellationToken.None);
            foreach (var i in numbers.Where(i => i % 10 == 0))
            {
                await sample.OfferAsync(new KnownCopy { ImageId = $"{i}", Store = "s", Url = UriOf(i), Size = i });
            }
        }

        Assert.IsLessThan(8 << 20, GC.GetTotalMemory(forceFullCollection: true) - managed);
        Assert.IsLessThan(48L << 20, Environment.WorkingSet - all);
        Assert.AreEqual(7, await scratch.TakeAsync("s", UriOf(7)));
        Assert.IsNull(await scratch.TakeAsync("s", UriOf(7)));
        Assert.AreEqual(Count - 1, await scratch.RestAsync().CountAsync());
        Assert.AreEqual(Count / 10, await scratch.ChosenAsync().Select(copy => copy.ImageId).Distinct().CountAsync());
        await scratch.ForgetAsync("S");
        Assert.IsFalse(await scratch.RestAsync().AnyAsync());
    }

    private static string UriOf(int number) => $"s3+https://s3.example.org/{new string('x', 300)}/{number:D9}";

    [TestMethod]
    public async Task A_database_that_is_not_there_is_not_made()
    {
        var file = Service.At("another.db");
        using var errors = new StringWriter();
        Assert.AreEqual(2, await CheckCommand.RunAsync(["db", "check", .. Service.Arguments, $"--ImageService:Database=sqlite:{file}"], TextWriter.Null, errors, CancellationToken.None));
        Assert.Contains("There is no database", errors.ToString());
        Assert.IsFalse(File.Exists(file));
        await using (var connection = new SqliteConnection($"Data Source={file};Pooling=false"))
        {
            await connection.OpenAsync();
            await using var command = connection.CreateCommand();
            command.CommandText = "CREATE TABLE schema_version (version BIGINT); INSERT INTO schema_version VALUES (99)";
            await command.ExecuteNonQueryAsync();
        }

        Assert.AreEqual(2, await CheckCommand.RunAsync(["db", "check", .. Service.Arguments, $"--ImageService:Database=sqlite:{file}"], TextWriter.Null, errors, CancellationToken.None));
        Assert.Contains("version 99", errors.ToString());
    }
}

[TestClass]
public sealed class PostgreSqlCheckTests : CheckTests
{
    private readonly PostgreSqlDatabase _database = new();

    private protected override Task<string[]> SettingsAsync() => _database.CreateAsync();

    private protected override Task ForgetAsync() => _database.DropAsync();
}
