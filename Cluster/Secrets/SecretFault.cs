using ActorCsi.Cluster.Events;

namespace ActorCsi.Cluster.Secrets;

/// <summary>Why a Secret cannot be made of a class and the files of a volume. The message is for the user: what was found, how to mend it. Nothing secret.</summary>
internal sealed class SecretFault(string message, string reason = EventReason.FailedToCreateSecret) : Exception(message)
{
    /// <summary>The reason of the event.</summary>
    public string Reason => reason;
}
