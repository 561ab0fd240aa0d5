using System.Net;
using System.Net.Sockets;
using ActorCsi.Telemetry.Http;
using ActorCsi.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace ActorCsi.Tests.Telemetry;

/// <summary>The pages, what happens when the port is taken, and what is no page.</summary>
public class HttpDoorTests
{
    [Theory]
    [InlineData("/healthz")]
    [InlineData("/readyz")]
    public async Task Health_AllIsWell_IsOk(string page)
    {
        await using var telemetry = await RunningTelemetry.Start();

        Assert.Equal((HttpStatusCode.OK, "ok\n"), await Answer(telemetry, page));
    }

    [Fact]
    public async Task Health_NotReady_IsAliveAllTheSame()
    {
        await using var telemetry = await RunningTelemetry.Start();
        telemetry.Health.Ready = HealthCheckResult.Unhealthy("not yet");

        Assert.Equal((HttpStatusCode.OK, "ok\n"), await Answer(telemetry, "/healthz"));
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "b: not yet\n"), await Answer(telemetry, "/readyz"));
    }

    [Fact]
    public async Task Health_NotAlive_IsNeither()
    {
        await using var telemetry = await RunningTelemetry.Start();
        telemetry.Health.Live = HealthCheckResult.Unhealthy("dead");

        Assert.Equal((HttpStatusCode.ServiceUnavailable, "a: dead\n"), await Answer(telemetry, "/healthz"));
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "a: dead\n"), await Answer(telemetry, "/readyz"));
    }

    /// <summary>Probes come every few seconds.</summary>
    [Fact]
    public async Task Ready_AskedAgainAndAgain_IsLoggedWhenItChanges()
    {
        await using var telemetry = await RunningTelemetry.Start();
        telemetry.Health.Ready = HealthCheckResult.Unhealthy("not yet");
        for (var i = 0; i < 3; i++)
            await Answer(telemetry, "/readyz");
        telemetry.Health.Ready = HealthCheckResult.Healthy();
        for (var i = 0; i < 3; i++)
            await Answer(telemetry, "/readyz");

        Assert.Equal(["the driver is not ready: b: not yet", "the driver is ready"], telemetry.Log.All.Where(line => line.StartsWith("the driver is", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Ready_Stopping_IsNotReady()
    {
        await using var telemetry = await RunningTelemetry.Start();

        telemetry.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();

        Assert.Equal((HttpStatusCode.ServiceUnavailable, "the driver is stopping\n"), await Answer(telemetry, "/readyz"));
    }

    [Theory]
    [InlineData("GET", "/", HttpStatusCode.NotFound)]
    [InlineData("GET", "/metrics/", HttpStatusCode.NotFound)]
    [InlineData("GET", "/Metrics", HttpStatusCode.NotFound)]
    [InlineData("POST", "/metrics", HttpStatusCode.MethodNotAllowed)]
    [InlineData("DELETE", "/healthz", HttpStatusCode.MethodNotAllowed)]
    [InlineData("HEAD", "/metrics", HttpStatusCode.OK)]
    [InlineData("HEAD", "/healthz", HttpStatusCode.OK)]
    public async Task Ask_OtherThanThePages_IsRefused(string method, string path, HttpStatusCode status)
    {
        await using var telemetry = await RunningTelemetry.Start();

        using var answer = await telemetry.Ask(path, method: new HttpMethod(method));

        Assert.Equal(status, answer.StatusCode);
    }

    /// <summary>As in a rolling update of pods on the host's network: the old one has the port until it ends.</summary>
    [Fact]
    public async Task Start_PortIsTaken_StartsAllTheSameAndListensOnceItIsFree()
    {
        var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        await using var telemetry = await RunningTelemetry.Begin(other.LocalEndpoint.ToString()!);
        await telemetry.Log.Holds("cannot be at");
        Assert.Null(telemetry.Door.ListensAt);

        other.Stop();
        await telemetry.Time.WhenArmed(HttpDoor.RetryAfter).Soon();
        telemetry.Time.Advance(HttpDoor.RetryAfter);
        await telemetry.Log.Holds("metrics and health are at");

        Assert.Equal((HttpStatusCode.OK, "ok\n"), await Answer(telemetry, "/healthz"));
    }

    [Fact]
    public async Task Stop_PortIsTaken_WaitsForNothing()
    {
        var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        await using var telemetry = await RunningTelemetry.Begin(other.LocalEndpoint.ToString()!);
        await telemetry.Log.Holds("cannot be at");

        await telemetry.Stop();

        other.Stop();
    }

    [Theory]
    [InlineData(":8095", ":8095")]
    [InlineData("127.0.0.1:8095", "127.0.0.1:8095")]
    [InlineData("0.0.0.0:0", "0.0.0.0:0")]
    [InlineData("[::1]:8095", "[::1]:8095")]
    [InlineData("localhost:8095", "127.0.0.1:8095")]
    public void Parse_Address_IsRead(string text, string address) => Assert.Equal(address, HttpAddress.Parse(text).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("8095")]
    [InlineData(":")]
    [InlineData(":-1")]
    [InlineData(":65536")]
    [InlineData("::1:8095")]
    [InlineData("example.org:8095")]
    [InlineData("http://127.0.0.1:8095")]
    public void Parse_NoAddress_SaysWhatWasExpected(string text)
        => Assert.Contains("expected :PORT", Assert.Throws<FormatException>(() => HttpAddress.Parse(text)).Message, StringComparison.Ordinal);

    private static async Task<(HttpStatusCode, string)> Answer(RunningTelemetry telemetry, string page)
    {
        using var answer = await telemetry.Ask(page);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync().Soon());
    }
}
