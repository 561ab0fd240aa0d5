namespace ActorCsi;

/// <summary>
/// Counts publishes and unpublishes. The CSI side tells of them, since it alone sees them all; the grains count, since they know which provider a volume has.
/// On the hottest path there is: an implementation looks something up and adds, and makes no garbage.
/// </summary>
public interface IPublishMetrics
{
    /// <summary>A publish was answered with OK, whether or not there was something to do.</summary>
    /// <param name="volume">What was published.</param>
    /// <param name="tokens">Where kubelet had put the tokens.</param>
    void Published(VolumeSpec volume, TokenSource tokens);

    /// <summary>A publish was refused or has failed.</summary>
    /// <param name="volume">What was to be published; null when the request could not be read.</param>
    /// <param name="failure">Why.</param>
    void PublishFailed(VolumeSpec? volume, Exception failure);

    /// <summary>An unpublish was answered with OK.</summary>
    void Unpublished();

    /// <summary>An unpublish was refused or has failed.</summary>
    void UnpublishFailed();
}
