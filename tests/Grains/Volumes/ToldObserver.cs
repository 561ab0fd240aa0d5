using ActorCsi.Grains;
using ActorCsi.Grains.Classes;

namespace ActorCsi.Tests.Volumes;

/// <summary>Writes down what observers of volumes are told.</summary>
internal sealed class ToldObserver : IVolumeObserver
{
    public List<string> Lines { get; } = [];

    public void Served(VolumeStatus volume, SecretProviderClass secretClass, VolumeChanges changes) => Lines.Add($"served: {changes}");

    public void GrewStale(VolumeStatus volume, VolumeError error) => Lines.Add($"grew stale: {error} {volume.Reason}");

    public void PublishFailed(VolumeSpec volume, VolumeError error, string message) => Lines.Add($"publish failed: {error} {message}");

    public void Resumed(VolumeStatus volume) => Lines.Add("resumed");

    public void Unpublished(VolumeStatus volume) => Lines.Add("unpublished");
}
