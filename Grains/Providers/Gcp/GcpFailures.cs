using ActorCsi.Grains.Providers.Http;

namespace ActorCsi.Grains.Providers.Gcp;

/// <summary>Turns what Google refuses into the closed set of failures, with its own words and what usually mends it.</summary>
internal static class GcpFailures
{
    /// <summary>The token service did not take the pod's token.</summary>
    public static VolumeException Exchange(Uri service, WorkloadPool pool, HttpAnswer answer, Secret token)
    {
        var error = GcpAnswers.Error(answer);
        var what = $"{service.Host}: exchanging the pod's token at {Words.Clip(pool.Audience, 300)}";
        return (error.Status, answer.Status) switch
        {
            ("invalid_grant", _) when Has(error, "expired") || Has(error, "stale")
                => Failure(what, answer, error, token, VolumeError.TokenRefused, "kubelet brings a new token with its next publish"),
            ("invalid_grant", _) when Has(error, "audience")
                => Failure(what, answer, error, token, VolumeError.TokenRefused, $"the token is for one of '{string.Join("', '", pool.TokenAudiences)}', and the pool's provider must allow that audience"),
            ("invalid_grant", _) => Failure(what, answer, error, token, VolumeError.TokenRefused, "the pool's provider must have this cluster's issuer and keys"),
            ("invalid_target", _) => Failure(what, answer, error, token, VolumeError.Invalid, "is there such a pool and provider, and are both enabled?"),
            ("unauthorized_client", _) => Failure(what, answer, error, token, VolumeError.ProviderDenies, "the attribute condition of the pool's provider does not let this pod in"),
            ("invalid_request", _) => Failure(what, answer, error, token, VolumeError.Invalid, null),
            (_, 404) when pool.IsCluster => Failure(what, answer, error, token, VolumeError.Invalid, "is workload identity enabled on the cluster?"),
            _ => Failure(what, answer, error, token, null, null),
        };
    }

    /// <summary>IAM did not let somebody act as a service account.</summary>
    public static VolumeException Impersonate(Uri address, string who, HttpAnswer answer, Secret login)
    {
        var error = GcpAnswers.Error(answer);
        var account = address.Segments[^1].Split(':')[0];
        var hint = answer.Status switch
        {
            403 when error.Reason != "SERVICE_DISABLED" => $"grant roles/iam.workloadIdentityUser on {account} to {who}, or take the service account's annotations away",
            404 => "the annotation iam.gke.io/gcp-service-account names it",
            _ => null,
        };
        return Failure($"{address.Host}: acting as {account}", answer, error, login, ErrorOf(answer), hint);
    }

    /// <summary>A key or a refresh token was not taken.</summary>
    public static VolumeException Grant(Uri service, string who, HttpAnswer answer, Secret secret)
    {
        var error = GcpAnswers.Error(answer);
        return Failure($"{service.Host}: login of {Words.Clip(who)}", answer, error, secret, answer.Status is 400 or 401 ? VolumeError.TokenRefused : null,
            error.Status == "invalid_grant" ? "is the key or login still valid, and the clock of this node right?" : null);
    }

    /// <summary>A secret or parameter could not be read.</summary>
    public static VolumeException Read(GcpResource resource, string who, HttpAnswer answer, Secret login)
    {
        var error = GcpAnswers.Error(answer);
        var role = resource.IsParameter ? "roles/parametermanager.parameterAccessor" : "roles/secretmanager.secretAccessor";
        var hint = answer.Status == 403 && error.Reason != "SERVICE_DISABLED" ? $"grant {role} to {who}" : null;
        return Failure($"reading {resource.Name}", answer, error, login, ErrorOf(answer, error), hint);
    }

    /// <summary>Several reads of one fetch failed: all are told, and the first says of what kind.</summary>
    public static VolumeException Together(IReadOnlyList<VolumeException> failures)
    {
        if (failures is [var only])
            return only;
        var first = failures.FirstOrDefault(failure => failure.Error is VolumeError.TokenRefused) ?? failures[0];
        return new VolumeException(first.Error, string.Join("; ", failures.Select(failure => failure.Message).Distinct().Take(MostTold)) + (failures.Count > MostTold ? $"; and {failures.Count - MostTold} more" : ""), first)
        {
            RetryAfter = failures.Max(failure => failure.RetryAfter),
        };
    }

    private const int MostTold = 10;

    private static VolumeError? ErrorOf(HttpAnswer answer, GoogleError error = default) => answer.Status switch
    {
        400 when error.Status == "FAILED_PRECONDITION" => VolumeError.NotFound, // the version is disabled or destroyed
        400 => VolumeError.Invalid,
        _ => null,
    };

    private static VolumeException Failure(string what, HttpAnswer answer, GoogleError error, Secret secret, VolumeError? kind, string? hint)
        => HttpFailures.Of(what, answer, error.Said, [secret], kind, hint);

    private static bool Has(GoogleError error, string word) => error.Said.Contains(word, StringComparison.OrdinalIgnoreCase);
}
