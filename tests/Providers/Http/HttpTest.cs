using System.Diagnostics.Metrics;
using ActorCsi.Fakes;
using ActorCsi.Fakes.Stores;
using ActorCsi.Grains.Providers;
using ActorCsi.Grains.Providers.Http;
using ActorCsi.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace ActorCsi.Tests.Providers.Http;

/// <summary>A server, a client, a clock that stands still.</summary>
public abstract class HttpTest : IAsyncLifetime, IDisposable
{
    internal readonly TestAuthority Authority = new();
    internal readonly TemporaryDirectory Files = new();
    internal readonly VirtualTime Time = new();
    internal readonly LogLines Lines = new();
    private readonly List<IDisposable> _clients = [];
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();

    internal StoreServer Server = null!;

    /// <summary>What the server answers when no fault is ordered.</summary>
    internal RequestDelegate Answer = context => context.Response.WriteAsync("fine");

    internal IMeterFactory Meters => _services.GetRequiredService<IMeterFactory>();

    internal string CaFile => Path.Combine(Files.Path, "ca.pem");

    public virtual async Task InitializeAsync()
    {
        await File.WriteAllTextAsync(CaFile, Authority.Pem);
        Server = await StoreServer.Start(context => Answer(context), Authority.Server());
    }

    public async Task DisposeAsync() => await Server.DisposeAsync();

    public void Dispose()
    {
        _clients.ForEach(client => client.Dispose());
        Authority.Dispose();
        Files.Dispose();
        _services.Dispose();
        GC.SuppressFinalize(this);
    }

    internal HttpEndpoint Endpoint => new(Server.Address) { CaFile = CaFile };

    internal EndpointClient Client(HttpEndpoint? endpoint = null, ProviderHttpOptions? options = null, double chance = 0.5)
    {
        var http = new ProviderHttp(options ?? new ProviderHttpOptions(), () => chance, Time, new ProviderMetrics(Meters), Lines.For<ProviderHttp>());
        _clients.Add(http);
        return http.To(endpoint ?? Endpoint);
    }

    internal static HttpCall Get(string path = "secret") => new(HttpMethod.Get, path) { Purpose = "test" };

    internal static HttpCall Post(string path = "login") => new(HttpMethod.Post, path) { Purpose = "test", Body = "{}"u8.ToArray() };

    /// <summary>Completes when it is so.</summary>
    internal static async Task Until(Func<bool> isSo)
    {
        async Task Look()
        {
            while (!isSo())
                await Task.Delay(1);
        }
        await Look().Soon();
    }

    /// <summary>The answer to a call that has to wait for the clock, which is moved on as often as it takes.</summary>
    internal async Task<HttpAnswer> SendThroughTime(EndpointClient client, HttpCall call)
    {
        var sending = client.Send(call, CancellationToken.None);
        while (!sending.IsCompleted)
        {
            // A pause of a retry is shorter than the time-out of an attempt; only when nothing goes on is the clock moved.
            if (Time.NextTimer < TimeSpan.FromSeconds(5))
                Time.AdvanceToNextTimer();
            await Task.WhenAny(sending, Task.Delay(1));
        }
        return await sending;
    }
}
