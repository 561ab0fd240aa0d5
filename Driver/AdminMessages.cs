using ActorCsi.Admin.V1;
using Google.Protobuf.WellKnownTypes;

namespace ActorCsi.Driver;

/// <summary>Volumes in the words of admin.proto.</summary>
internal static class AdminMessages
{
    public static Volume Of(VolumeStatus status) => new()
    {
        VolumeId = status.VolumeId,
        State = status.State.ToString(),
        PodNamespace = status.Pod.Namespace,
        PodName = status.Pod.Name,
        ClassName = status.ClassName,
        Provider = status.Provider,
        Targets = { status.Targets },
        Generation = status.Generation,
        ServedAt = status.ServedAt?.ToTimestamp(),
        ExpiresAt = status.ExpiresAt?.ToTimestamp(),
        RefreshAt = status.RefreshAt?.ToTimestamp(),
        Reason = status.Reason ?? status.ClassDoubt ?? "",
        StaleSince = status.StaleSince?.ToTimestamp(),
        RefreshCause = status.RefreshCause.ToString(),
    };

    public static Hold Of(ClassHold hold) => new() { Since = hold.Since?.ToTimestamp(), Reason = hold.Reason };

    public static InspectVolumeResponse Of(VolumeReport report)
    {
        var response = new InspectVolumeResponse
        {
            Volume = Of(report.Status),
            PodUid = report.Spec.Pod.Uid,
            ServiceAccount = report.Spec.Pod.ServiceAccount,
            AccessMode = report.Spec.AccessMode,
            ReadOnly = report.Spec.ReadOnly,
            TokenSource = report.TokenSource.ToString(),
            Tokens = { report.Tokens.Select(Of) },
            NodePublishSecrets = { report.NodePublishSecrets },
            Objects = { report.Status.Objects.Select(Of) },
            Failures = report.Failures,
            Refreshes = { report.Refreshes.Select(Of) },
            Sources = { report.Sources.Select(Of) },
        };
        if (report.Spec.FsGroup is { } group)
            response.FsGroup = group;
        foreach (var (key, value) in report.Spec.Attributes)
            response.Attributes.Add(key, value);
        return response;
    }

    public static Login Of(StoreLogin login) => new()
    {
        Store = login.Store,
        PodNamespace = login.Namespace,
        ServiceAccount = login.ServiceAccount,
        Role = login.Role,
        Logins = login.Logins,
        LoginsUntil = login.LoginsUntil == DateTimeOffset.MaxValue ? null : login.LoginsUntil?.ToTimestamp(),
        Leases = login.Leases,
        LeasesUntil = login.LeasesUntil?.ToTimestamp(),
        Volumes = { login.Volumes },
    };

    private static InspectVolumeResponse.Types.Source Of(SourceReport source) => new()
    {
        Name = source.Name,
        Provider = source.Provider,
        Files = source.Files,
        FetchedAt = source.FetchedAt.ToTimestamp(),
        ExpiresAt = source.ExpiresAt?.ToTimestamp(),
        RefreshAt = source.RefreshAt?.ToTimestamp(),
    };

    private static InspectVolumeResponse.Types.Token Of(TokenReport token) => new()
    {
        Audience = token.Audience,
        IssuedAt = token.IssuedAt?.ToTimestamp(),
        ExpiresAt = token.ExpiresAt.ToTimestamp(),
    };

    private static InspectVolumeResponse.Types.ObjectVersion Of(ObjectVersion version) => new() { Id = version.Id, Version = version.Version };

    private static InspectVolumeResponse.Types.Refresh Of(RefreshReport refresh) => new()
    {
        At = refresh.At.ToTimestamp(),
        Took = refresh.Took.ToDuration(),
        Changed = refresh.Changed,
        Error = refresh.Error?.ToString() ?? "",
        Message = refresh.Message ?? "",
    };
}
