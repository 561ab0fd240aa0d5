namespace ActorCsi.Cluster.Secrets;

/// <summary>Why no Secret can be made of a class and the files of a volume. The message is for the user: what was found, what was expected. Nothing secret.</summary>
internal sealed class SecretFault(string message) : Exception(message);
