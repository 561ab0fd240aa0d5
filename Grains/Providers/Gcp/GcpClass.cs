using System.Collections.Immutable;
using ActorCsi.Grains.Classes;

namespace ActorCsi.Grains.Providers.Gcp;

/// <summary>
/// What a class asks of Google: the parameters of the existing plugin, with its names, defaults and refusals, and two of ours. Unknown parameters are
/// passed over, as there.
/// </summary>
internal sealed record GcpClass
{
    /// <summary>auth: as whom. Null where the class leaves it to the Secret of nodePublishSecretRef, and without one means the pod.</summary>
    public required GcpAuth? Auth { get; init; }

    /// <summary>audience: the pool that the class names; null for the one that the driver knows.</summary>
    public required WorkloadPool? Pool { get; init; }

    /// <summary>loginPer: whether each pod is to have a login of its own, for pools that tell pods apart.</summary>
    public required bool LoginPerPod { get; init; }

    /// <summary>secrets.</summary>
    public required ImmutableArray<GcpObject> Objects { get; init; }

    /// <summary>What is to be read, each once.</summary>
    public ImmutableArray<GcpResource> Resources => [.. Objects.Select(one => one.Resource).Distinct()];

    /// <exception cref="VolumeException">The parameters make no sense; names each fault.</exception>
    public static GcpClass Read(SecretProviderClass secretClass)
    {
        var faults = new ParameterFaults(secretClass);
        var read = new GcpClass
        {
            Auth = ReadAuth(secretClass.Parameters["auth"], faults),
            Pool = ReadPool(secretClass.Parameters["audience"], faults),
            LoginPerPod = LoginPer.IsPod(secretClass.Parameters["loginPer"], faults),
            Objects = new GcpObjects(faults).Read(secretClass.Parameters["secrets"]),
        };
        faults.ThrowIfAny();
        return read;
    }

    private static GcpAuth? ReadAuth(string? auth, ParameterFaults faults)
    {
        switch (auth)
        {
            case null or "":
                return null;
            case "pod-adc":
                return GcpAuth.Pod;
            case "provider-adc":
                return GcpAuth.Driver;
            default:
                faults.Add("auth", $"is '{Words.Clip(auth)}', expected pod-adc or provider-adc");
                return null;
        }
    }

    private static WorkloadPool? ReadPool(string? audience, ParameterFaults faults)
    {
        if (string.IsNullOrEmpty(audience))
            return null;
        if (WorkloadPool.Fault(audience, out var pool) is { } fault)
            faults.Add("audience", fault);
        return pool;
    }
}

/// <summary>Whose credentials Google is shown.</summary>
internal enum GcpAuth
{
    /// <summary>The pod's own token.</summary>
    Pod,

    /// <summary>What the driver itself has. Only where the class asks for it and the administrator lets it.</summary>
    Driver,

    /// <summary>key.json of the Secret named by nodePublishSecretRef.</summary>
    Key,
}
