using ActorCsi.Fakes.Stores;
using Microsoft.AspNetCore.Http;

namespace ActorCsi.Tests.Providers.Stores;

/// <summary>
/// What has to be known of a store to hold it to the promises that all stores keep. Whoever implements it is a <see cref="ProviderTest"/> with a class of two objects,
/// in files called <c>first</c> and <c>second</c>.
/// </summary>
internal interface IStore
{
    /// <summary>For whom the pod's token must be.</summary>
    string TokenAudience { get; }

    /// <summary>Where pods log in.</summary>
    Place TokenService { get; }

    /// <summary>Where the first object is read.</summary>
    Place FirstObject { get; }

    /// <summary>How often somebody logged in.</summary>
    int Logins { get; }

    /// <summary>How often each of the objects was read.</summary>
    int[] Reads { get; }

    /// <summary>How far the store's clock is from the node's.</summary>
    TimeSpan ClockSkew { set; }

    /// <summary>Makes the class, with further parameters where the test says so.</summary>
    void SetClass(params (string Name, string? Value)[] parameters);

    /// <summary>What the two objects hold from now on.</summary>
    void Put(string first, string second);

    /// <summary>The store knows no login of before.</summary>
    void RevokeLogins();

    /// <summary>The cluster's side lets a service account log in as <c>web</c> does; the store does not know it.</summary>
    void LetTry(string serviceAccount);
}

/// <summary>Where something is asked of a store.</summary>
/// <param name="Server">The server.</param>
/// <param name="Is">Whether a request is for this.</param>
/// <param name="Origin">Scheme, host and port, as the driver has them.</param>
internal sealed record Place(StoreServer Server, Func<HttpRequest, bool> Is, string Origin)
{
    /// <summary>The next requests for this are answered by <paramref name="fault"/>.</summary>
    public void Break(Func<HttpContext, Task> fault, int times = 1) => Server.Break(Is, fault, times);
}
