using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ActorCsi.Cluster.Events;
using ActorCsi.Kubernetes;
using ActorCsi.Kubernetes.Kinds;

namespace ActorCsi.Cluster.Secrets;

/// <summary>What one Secret should be, and what that takes: everything at the first write, afterwards only what is other than it should be.</summary>
/// <remarks>Labels, annotations and owners that others have added stay; the peer wipes them with each update.</remarks>
internal sealed class SecretPlan(SecretSource source, SecretData data, ImmutableArray<Owner> owners)
{
    /// <summary>The label by which the driver knows its Secrets; the peer's, so that Secrets go over from one to the other.</summary>
    public const string ManagedLabel = "secrets-store.csi.k8s.io/managed";

    /// <summary>
    /// When the content that was written became readable on its node. Nodes that share a Secret do not see each other: whoever holds older content than
    /// this leaves the Secret as it is.
    /// </summary>
    public const string ServedAtAnnotation = "actorcsi.io/served-at";

    /// <summary>The class of which the content was made: nodes that make one Secret of different classes find each other by it.</summary>
    public const string ClassAnnotation = "actorcsi.io/class";

    private readonly string _type = SecretData.TypeOf(source.Wanted);

    private SortedDictionary<string, string> Labels => new(source.Wanted.Labels.ToDictionary(), StringComparer.Ordinal) { [ManagedLabel] = "true" };

    private SortedDictionary<string, string> Annotations => new(source.Wanted.Annotations.ToDictionary(), StringComparer.Ordinal);

    private string ClassName => source.Volume.ClassName;

    /// <summary>The Secret, for a name that is free.</summary>
    public V1Secret Make(string @namespace, string name)
    {
        var annotations = Annotations;
        Sign(annotations);
        return new V1Secret
        {
            Metadata = new() { Namespace = @namespace, Name = name, Labels = Labels, Annotations = annotations, OwnerReferences = [.. owners.Select(OwnerReferences.AsReference)] },
            Type = _type,
            Data = data.Values.ToDictionary(entry => entry.Key, entry => entry.Value.Expose().ToArray()),
        };
    }

    /// <summary>The other class that <paramref name="found"/> was made of, where that gave it other content than this one would; null where the two agree.</summary>
    public string? RivalIn(V1Secret found) => MadeOf(found) is { } other && other != ClassName && ((found.Type is { } type && type != _type) || IsOther(found.Data)) ? other : null;

    /// <summary>What must change in <paramref name="found"/>, as a merge patch (RFC 7386) of the version that was found; null when it is as it should be.</summary>
    /// <param name="found">The Secret that there is.</param>
    /// <param name="yields">Whether the content is another class's affair; the owners are added all the same.</param>
    /// <exception cref="SecretFault">It is not ours to change, or cannot be changed.</exception>
    public JsonObject? Mend(V1Secret found, bool yields = false)
    {
        Refuse(found, yields);
        var labels = yields ? null : Missing(Labels, found.Metadata.Labels);
        var annotations = yields ? null : Missing(Annotations, found.Metadata.Annotations);
        var content = yields || IsOlderThan(found) ? null : Difference(found.Data);
        var isOwned = owners.All(owner => found.Metadata.OwnerReferences?.Any(reference => reference.Uid == owner.Uid) == true);
        if (labels is null && annotations is null && content is null && isOwned)
            return null;
        if (content is not null && found.Immutable == true)
            throw new SecretFault("it is immutable and holds other content: delete it, and it is made anew within minutes");

        if (content is not null)
            Sign(annotations ??= new(StringComparer.Ordinal));
        var change = new V1Secret
        {
            Metadata = new()
            {
                ResourceVersion = found.Metadata.ResourceVersion, // whoever wrote in between is not overwritten: the API server refuses
                Labels = labels,
                Annotations = annotations,
                OwnerReferences = isOwned ? null
                    : [.. found.Metadata.OwnerReferences ?? [], .. owners.Select(OwnerReferences.AsReference).ExceptBy((found.Metadata.OwnerReferences ?? []).Select(reference => reference.Uid), reference => reference.Uid)],
            },
            Data = content?.Where(entry => entry.Value is not null).ToDictionary(entry => entry.Key, entry => entry.Value!),
        };
        var patch = JsonSerializer.SerializeToNode(change, Resources.Secrets.Json)!.AsObject();
        foreach (var (key, _) in content?.Where(entry => entry.Value is null) ?? [])
            patch["data"]!.AsObject()[key] = null;
        Erase(change);
        return patch;
    }

    private void Sign(SortedDictionary<string, string> annotations)
    {
        annotations[ClassAnnotation] = ClassName;
        if (source.Volume.ServedAt is { } at)
            annotations[ServedAtAnnotation] = at.ToString("O", CultureInfo.InvariantCulture);
    }

    private void Refuse(V1Secret found, bool yields)
    {
        if (found.Metadata.Labels?.GetValueOrDefault(ManagedLabel) != "true")
            throw new SecretFault(
                $"there is a Secret of that name that this driver did not make (it has no label {ManagedLabel}=true), and it is left as it is: "
                + "give secretName another name, delete that Secret, or hand it over with that label", EventReason.SecretSyncRefused);
        if (!yields && found.Type is { } type && type != _type)
            throw new SecretFault($"it is of type {type} and the class wants {_type}; a Secret's type cannot be changed: delete it, and it is made anew within minutes");
    }

    private static string? MadeOf(V1Secret found) => found.Metadata.Annotations?.GetValueOrDefault(ClassAnnotation);

    private bool IsOlderThan(V1Secret found)
        => (MadeOf(found) ?? ClassName) == ClassName
            && found.Metadata.Annotations?.GetValueOrDefault(ServedAtAnnotation) is { } text
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) && at > source.Volume.ServedAt;

    private static SortedDictionary<string, string>? Missing(SortedDictionary<string, string> wanted, IReadOnlyDictionary<string, string>? found)
    {
        var missing = wanted.Where(entry => found?.GetValueOrDefault(entry.Key) != entry.Value).ToDictionary();
        return missing.Count == 0 ? null : new(missing, StringComparer.Ordinal);
    }

    private bool IsOther(IReadOnlyDictionary<string, byte[]>? found)
        => (found?.Count ?? 0) != data.Values.Count
            || data.Values.Any(entry => found!.GetValueOrDefault(entry.Key) is not { } there || !CryptographicOperations.FixedTimeEquals(there, entry.Value.Expose()));

    /// <summary>The keys that are other or missing, with their values, and those that are too many, with null.</summary>
    private Dictionary<string, byte[]?>? Difference(IReadOnlyDictionary<string, byte[]>? found)
    {
        var difference = new Dictionary<string, byte[]?>();
        foreach (var (key, value) in data.Values)
            if (found?.GetValueOrDefault(key) is not { } there || !CryptographicOperations.FixedTimeEquals(there, value.Expose()))
                difference[key] = value.Expose().ToArray();
        foreach (var key in found?.Keys ?? [])
            if (!data.Values.ContainsKey(key))
                difference[key] = null;
        return difference.Count == 0 ? null : difference;
    }

    /// <summary>Overwrites the values: a Secret out of the API server holds plain bytes.</summary>
    public static void Erase(V1Secret? secret)
    {
        foreach (var value in secret?.Data?.Values ?? [])
            CryptographicOperations.ZeroMemory(value);
    }

    /// <summary>The same for two plans that want the same. Kept in memory only: it says something about the content.</summary>
    public string Fingerprint()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(Encoding.UTF8.GetBytes(_type));
        foreach (var (key, value) in Labels.Concat(Annotations))
            Append(Encoding.UTF8.GetBytes($"{key}={value}"));
        foreach (var owner in owners)
            Append(Encoding.UTF8.GetBytes(owner.Uid));
        foreach (var (key, value) in data.Values)
        {
            Append(Encoding.UTF8.GetBytes(key));
            Append(value.Expose());
        }
        return Convert.ToHexString(hash.GetHashAndReset());

        void Append(ReadOnlySpan<byte> part)
        {
            hash.AppendData(BitConverter.GetBytes(part.Length)); // so that ("ab","c") and ("a","bc") differ
            hash.AppendData(part);
        }
    }
}
