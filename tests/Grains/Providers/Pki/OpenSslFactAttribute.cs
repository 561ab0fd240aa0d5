using ActorCsi.Fakes;

namespace ActorCsi.Tests.Providers.Pki;

/// <summary>A test that asks the openssl program. Skipped where there is none, but not in CI.</summary>
public sealed class OpenSslFactAttribute : FactAttribute
{
    public OpenSslFactAttribute()
    {
        if (!OpenSsl.IsThere && Environment.GetEnvironmentVariable("CI") != "true")
            Skip = "needs the openssl program (Debian: apt-get install openssl)";
    }
}
