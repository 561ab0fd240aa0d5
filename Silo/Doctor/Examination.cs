using ActorCsi.Silo.Doctor.Checks.Classes;
using ActorCsi.Silo.Doctor.Checks.Cluster;
using ActorCsi.Silo.Doctor.Checks.Driver;
using ActorCsi.Silo.Doctor.Checks.Kubelet;
using ActorCsi.Silo.Doctor.Checks.Machine;

namespace ActorCsi.Silo.Doctor;

/// <summary>What one check has found.</summary>
internal sealed record Result(string Check, IReadOnlyList<Finding> Findings);

/// <summary>All checks, in the order in which one would look: the machine, kubelet, the driver, providers and classes, the cluster. Each has its folder in <c>Checks/</c>.</summary>
internal static class Examination
{
    private static readonly TimeSpan LongestCheck = TimeSpan.FromSeconds(30);

    public static IReadOnlyList<ICheck> Checks { get; } =
    [
        new PrivilegesCheck(), new MountCheck(), new SwapCheck(), new SecurityModuleCheck(), new MemoryCheck(), new OpenFilesCheck(), new InotifyCheck(), new ProxyCheck(),
        new KubeletDirectoriesCheck(), new PropagationCheck(), new CsiSocketCheck(), new RegistrationCheck(), new RivalsCheck(),
        new StateDirectoryCheck(), new AdminSocketCheck(), new MountsAndRecordsCheck(), new StaleVolumesCheck(), new TokenClockCheck(),
        new ProviderSocketsCheck(), new ClassFilesCheck(), new ClassProvidersCheck(),
        new ApiServerCheck(), new CustomResourcesCheck(), new CsiDriverObjectCheck(), new TokenRequestsCheck(), new TokensInSecretsCheck(), new RightsCheck(),
    ];

    /// <summary>Runs all side by side; the results come in the order of the checks.</summary>
    public static async Task<IReadOnlyList<Result>> Run(Surroundings node, CancellationToken cancellationToken)
        => await Task.WhenAll(Checks.Select(check => Run(check, node, cancellationToken)));

    private static async Task<Result> Run(ICheck check, Surroundings node, CancellationToken cancellationToken)
    {
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bound.CancelAfter(LongestCheck);
        var findings = new List<Finding>();
        try
        {
            await foreach (var finding in check.Run(node, bound.Token))
                findings.Add(finding);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested) // a machine in trouble is what doctor is for: the other checks go on
        {
            findings.Add(Finding.Warning($"the check did not come to its end: {failure.Message}", "an answer", "see whether the other findings explain it"));
        }
        return new Result(check.Name, findings);
    }
}
