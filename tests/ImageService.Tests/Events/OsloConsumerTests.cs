using System.Diagnostics;
using GlanceStore.Conformance;

namespace GlanceStore.ImageService.Tests.Events;

/// <summary>Events as OpenStack's own library takes them.</summary>
[TestClass]
public sealed class OsloConsumerTests
{
    // Prints the first events that it is given: priority, type, publisher, and the status in the payload.
    private const string Consumer =
        """
        import sys, threading
        import oslo_messaging
        from oslo_config import cfg
        url, exchange, topic, count = sys.argv[1:]
        done = threading.Semaphore(0)
        class Endpoint:
            def tell(self, priority, publisher, kind, payload):
                print(priority, kind, publisher, payload if isinstance(payload, str) else payload.get('status'), flush=True)
                done.release()
            def info(self, context, publisher, kind, payload, metadata):
                self.tell('info', publisher, kind, payload)
            def error(self, context, publisher, kind, payload, metadata):
                self.tell('error', publisher, kind, payload)
        transport = oslo_messaging.get_notification_transport(cfg.ConfigOpts(), url=url)
        listener = oslo_messaging.get_notification_listener(
            transport, [oslo_messaging.Target(exchange=exchange, topic=topic)], [Endpoint()], executor='threading')
        # In one thread: with several each event is handled by itself, and in any order.
        listener.start(override_pool_size=1)
        for _ in range(int(count)):
            if not done.acquire(timeout=60):
                sys.exit('no more events came')
        listener.stop()
        listener.wait()
        """;

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task Consumers_of_oslo_messaging_get_them_whoever_came_first(bool isConsumerFirst)
    {
        if (!Directory.Exists("/usr/lib/python3/dist-packages/oslo_messaging"))
        {
            SkippedServers.Skip("oslo.messaging", "install Debian's python3-oslo.messaging");
        }

        await using var queue = await RabbitMqQueue.OpenAsync();
        using var gate = new ServerGate(RabbitMqQueue.Port);
        gate.Open();
        gate.Close();
        await using var service = await RunningService.StartAsync([.. queue.Settings(gate.Port), "ImageService:Events:PublisherId=image.here"]);
        await service.Client.StoreAsync([1, 2, 3]);
        if (!isConsumerFirst)
        {
            gate.Open();
        }

        var start = new ProcessStartInfo("/usr/bin/python3", ["-c", Consumer, $"rabbit://guest:guest@127.0.0.1:{RabbitMqQueue.Port}/", queue.Exchange, queue.Topic, "6"])
        { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PATH"] = "/usr/bin:/bin";
        using var consumer = Process.Start(start)!;
        var (output, errors) = (consumer.StandardOutput.ReadToEndAsync(), consumer.StandardError.ReadToEndAsync());
        while (isConsumerFirst && !consumer.HasExited && !await queue.IsConsumedAsync())
        {
            await Task.Delay(100);
        }

        if (isConsumerFirst)
        {
            gate.Open();
        }

        await consumer.WaitForExitAsync();
        Assert.AreEqual(0, consumer.ExitCode, await errors);
        Assert.AreEqual(
            "info image.create image.here queued\ninfo image.update image.here saving\ninfo image.prepare image.here saving\ninfo image.upload image.here active\n"
            + "info image.activate image.here active\ninfo image.update image.here active\n", await output);
    }
}
