using System.Text.Json;

namespace GlanceStore.ImageService.Tests;

/// <summary>What a list takes of memory.</summary>
[TestClass]
public sealed class ListMemoryTests
{
    private const int Images = 300;

    [TestMethod]
    public async Task A_list_of_many_images_with_all_the_properties_that_they_may_have_fits_into_a_small_heap()
    {
        // 75 MB as they are sent, and twice that as the texts of .NET.
        var heap = new Dictionary<string, string> { ["DOTNET_GCHeapHardLimit"] = $"{128 << 20:x}" };
        var root = Directory.CreateTempSubdirectory("image-service-");
        try
        {
            using var service = ServiceProcess.Start(
                [$"ImageService:Database=sqlite:{Path.Combine(root.FullName, "images.db")}", "GlanceStore:Stores:fast:Type=file", $"GlanceStore:Stores:fast:Directory={root.FullName}"], environment: heap);
            var client = await service.ClientAsync();
            var members = string.Join(", ", Enumerable.Range(0, 4).Select(i => $"\"p{i}\": \"{new string('x', 65_500)}\""));
            for (var i = 0; i < Images; i++)
            {
                await client.CreateAsync(members);
            }

            var list = (await client.GetAsync("/v2/images?limit=1000")).Is(200);
            using var json = JsonDocument.Parse(list.Body);
            Assert.AreEqual(Images, json.RootElement.GetProperty("images").GetArrayLength());
        }
        finally
        {
            root.Delete(recursive: true);
        }
    }
}
