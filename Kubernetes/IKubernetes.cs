namespace ActorCsi.Kubernetes;

/// <summary>
/// The Kubernetes API. Every call is repeated while the server asks for that (429, 503 with Retry-After) or cannot be reached and repeating is safe, within the
/// call's time-out. Every call fails with a <see cref="KubernetesException"/>, or with an <see cref="OperationCanceledException"/> when the caller cancels.
/// </summary>
public interface IKubernetes
{
    /// <summary>The object of that name.</summary>
    /// <exception cref="KubernetesException">As for all calls; <see cref="KubernetesException.IsNotFound"/> when there is none.</exception>
    Task<T> Get<T>(Resource<T> resource, string? @namespace, string name, CallOptions? options = null, CancellationToken cancellationToken = default)
        where T : KubernetesObject;

    /// <summary>The objects of a collection, all pages of it.</summary>
    /// <param name="resource">The collection.</param>
    /// <param name="namespace">The namespace; null for all.</param>
    /// <param name="selection">Which of them; null for all.</param>
    /// <param name="options">How the call is made.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    Task<ObjectList<T>> List<T>(Resource<T> resource, string? @namespace, Selection? selection = null, CallOptions? options = null, CancellationToken cancellationToken = default)
        where T : KubernetesObject;

    /// <summary>
    /// What happens to the objects of a collection after <paramref name="resourceVersion"/>, bookmarks included. The task completes when the server has taken the
    /// watch; the events, to be enumerated once, end when the server ends them, as it does every few minutes. <see cref="Reflector{T}"/> goes on from there.
    /// </summary>
    /// <exception cref="KubernetesException">As for all calls, also out of the events; <see cref="KubernetesException.IsGone"/> when the version is too old: list again.</exception>
    Task<IAsyncEnumerable<WatchEvent<T>>> Watch<T>(
        Resource<T> resource, string? @namespace, string resourceVersion, Selection? selection = null, CallOptions? options = null, CancellationToken cancellationToken = default)
        where T : KubernetesObject;

    /// <summary>Makes an object, in the namespace that its metadata names. Not repeated when it is unsure whether the object was made.</summary>
    /// <returns>The object as it is now.</returns>
    /// <exception cref="KubernetesException">As for all calls; <see cref="KubernetesException.IsAlreadyExists"/> when there is one of that name.</exception>
    Task<T> Create<T>(Resource<T> resource, T item, CallOptions? options = null, CancellationToken cancellationToken = default)
        where T : KubernetesObject;

    /// <summary>
    /// Server-side apply: makes the object, or changes it, so that its fields are as in <paramref name="item"/>; fields that <paramref name="fieldManager"/> applied before
    /// and that are missing now are taken away.
    /// </summary>
    /// <param name="resource">The collection.</param>
    /// <param name="item">All that this manager wants of the object. With a uid or resourceVersion in its metadata: only of that object, in that version.</param>
    /// <param name="fieldManager">In whose name.</param>
    /// <param name="force">Whether fields are taken from other managers; otherwise that is a conflict.</param>
    /// <param name="options">How the call is made.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="KubernetesException">As for all calls; <see cref="KubernetesException.IsConflict"/> with the causes in its Status.</exception>
    Task<T> Apply<T>(Resource<T> resource, T item, string fieldManager, bool force = false, CallOptions? options = null, CancellationToken cancellationToken = default)
        where T : KubernetesObject;

    /// <summary>Changes an object by a patch. With metadata.resourceVersion (merge) or a <c>test</c> (JSON patch) in it: only in the version that is expected.</summary>
    /// <exception cref="KubernetesException">As for all calls; <see cref="KubernetesException.IsConflict"/> when the version is another.</exception>
    Task<T> Patch<T>(Resource<T> resource, string? @namespace, string name, Patch patch, CallOptions? options = null, CancellationToken cancellationToken = default)
        where T : KubernetesObject;

    /// <summary>Deletes an object, if it is the one that is meant.</summary>
    /// <returns>False when there was none.</returns>
    /// <exception cref="KubernetesException">As for all calls; <see cref="KubernetesException.IsConflict"/> when a precondition does not hold.</exception>
    Task<bool> Delete<T>(Resource<T> resource, string? @namespace, string name, Preconditions? preconditions = null, CallOptions? options = null, CancellationToken cancellationToken = default)
        where T : KubernetesObject;

    /// <summary>Which server it is and what its clock says: the cheapest question, allowed to everyone.</summary>
    Task<ServerVersion> Version(CallOptions? options = null, CancellationToken cancellationToken = default);
}

/// <summary>How a call is made.</summary>
public sealed record CallOptions
{
    /// <summary>Whose call it is, when it is not the client's own: a token for the API server's audience, such as the pod's.</summary>
    public string? BearerToken { get; init; }

    /// <summary>How long the call may take with all its repetitions; null for the client's own bound. Of no account for a watch, which lasts as long as it lasts.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Whose fields a create or a patch sets (metadata.managedFields); null for the client's own name.</summary>
    public string? FieldManager { get; init; }

    /// <summary>Never with the token: a record prints its members.</summary>
    public override string ToString() => nameof(CallOptions);
}

/// <summary>Which objects of a collection.</summary>
public sealed record Selection
{
    /// <summary>Such as <c>metadata.name=x</c> or <c>spec.nodeName=y</c>.</summary>
    public string? Fields { get; init; }

    /// <summary>Such as <c>app=x</c>.</summary>
    public string? Labels { get; init; }

    /// <summary>How many objects a page may have.</summary>
    public int PageSize { get; init; } = 500;

    /// <summary>The one object of that name, or none.</summary>
    public static Selection One(string name) => new() { Fields = $"metadata.name={name}" };
}

/// <summary>What must hold for a delete.</summary>
/// <param name="Uid">The object must be this one, and no other of its name.</param>
/// <param name="ResourceVersion">The object must be in this version.</param>
public sealed record Preconditions(string? Uid = null, string? ResourceVersion = null);

/// <summary>Which server it is.</summary>
/// <param name="GitVersion">Such as <c>v1.36.2</c>.</param>
/// <param name="Date">Its clock, to the second; null when it does not say.</param>
public sealed record ServerVersion(string GitVersion, DateTimeOffset? Date);

/// <summary>What happened to an object.</summary>
/// <param name="Type">What happened.</param>
/// <param name="ResourceVersion">The version that a watch may go on from.</param>
/// <param name="Item">The object as it is now, or as it was when it went; null for a bookmark.</param>
public readonly record struct WatchEvent<T>(WatchEventType Type, string ResourceVersion, T? Item)
    where T : KubernetesObject;

/// <summary>What a watch tells.</summary>
public enum WatchEventType
{
    /// <summary>The object is new, or new in the selection.</summary>
    Added,

    /// <summary>The object is another than before.</summary>
    Modified,

    /// <summary>The object is gone, or no longer in the selection.</summary>
    Deleted,

    /// <summary>All up to this version has been told.</summary>
    Bookmark,
}
