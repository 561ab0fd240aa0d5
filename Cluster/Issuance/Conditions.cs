using ActorCsi.Kubernetes.Kinds;

namespace ActorCsi.Cluster.Issuance;

/// <summary>Looks conditions up.</summary>
internal static class Conditions
{
    /// <summary>The condition of that type; null when there is none.</summary>
    public static V1Condition? Find(this IReadOnlyList<V1Condition>? conditions, string type) => conditions?.FirstOrDefault(condition => condition.Type == type);

    /// <summary>The condition of that type, when it holds; else null.</summary>
    public static V1Condition? Holds(this IReadOnlyList<V1Condition>? conditions, string type) => conditions.Find(type) is { Status: "True" } condition ? condition : null;

    /// <summary>What somebody said to it, worded to follow a sentence: nothing when nobody said anything.</summary>
    public static string Said(this V1Condition condition)
        => (condition.Reason, condition.Message) switch
        {
            ({ Length: > 0 } reason, { Length: > 0 } message) => $" ({reason}: {message})",
            (_, { Length: > 0 } message) => $" ({message})",
            ({ Length: > 0 } reason, _) => $" ({reason})",
            _ => "",
        };
}
