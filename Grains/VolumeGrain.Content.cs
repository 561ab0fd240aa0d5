using System.Collections.Immutable;
using ActorCsi.Grains.Classes;
using ActorCsi.Grains.Providers;
using ActorCsi.Grains.Refresh;
using ActorCsi.Grains.Templates;

namespace ActorCsi.Grains;

// Content: from the bundle that a provider gave to what readers see.
public sealed partial class VolumeGrain
{
    /// <summary>What readers see after a fetch.</summary>
    /// <param name="Generation">Its name; null when the provider wrote the files itself.</param>
    /// <param name="IsNew">Whether it is other content than before, or may be.</param>
    /// <param name="Shape">What it looks like; null when nobody but the provider knows.</param>
    /// <param name="MarkerKey">The key of the reload marker, if there is one.</param>
    private readonly record struct ShownContent(string? Generation, bool IsNew, BundleShape? Shape, Secret? MarkerKey);

    private ShownContent ShowAndErase(SecretBundle fetched, SecretProviderClass secretClass, bool checks)
    {
        var bundle = fetched;
        try
        {
            bundle = TemplateFiles.AddTo(fetched, secretClass);
            return Show(bundle, secretClass, checks);
        }
        finally
        {
            bundle.Erase();
        }
    }

    /// <summary>Makes the bundle what readers see.</summary>
    /// <exception cref="VolumeException">It must not take the place of what is there, or cannot be written; what is there stays.</exception>
    private ShownContent Show(SecretBundle bundle, SecretProviderClass secretClass, bool checks)
    {
        if (bundle.Unchanged)
            return HoldsWhatIsAsked(secretClass)
                ? new ShownContent(Record.Generation, IsNew: false, Record.Shape, Record.MarkerKey)
                : throw new VolumeException(VolumeError.ProviderFailed, $"provider '{secretClass.Provider}' says that nothing has changed, and the volume has nothing of what was asked for");
        if (bundle.WrittenByProvider)
            return new ShownContent(null, IsNew: true, null, null);

        var shape = ContentShape.Of(bundle.Files);
        if (checks && HoldsWhatIsAsked(secretClass) && WhyNot(bundle, shape) is { } why)
            throw new VolumeException(VolumeError.ProviderFailed,
                $"the new content was refused and the old one stays: {why}. Mend it in the store; or, if it is right, refresh the volume on demand or set {RefreshParameters.ContentCheckName} to off in the class.");

        var (files, key) = WithMarker(bundle.Files);
        var replacement = _tmpfs.Replace(Mountpoint, files, bundle.Group ?? Spec.FsGroup);
        return new ShownContent(replacement.Generation, replacement.Changed, shape, key);
    }

    /// <summary>Whether the content in place is what the class asks for now, so that what comes next can be compared with it.</summary>
    private bool HoldsWhatIsAsked(SecretProviderClass secretClass)
        => HasContent && Record.Generation is not null && Record.Shape is not null && Record.RefreshCause is not RefreshCause.Change
            && Record.ClassFingerprint == Fingerprint.Of(secretClass);

    private string? WhyNot(SecretBundle bundle, BundleShape shape)
        => (bundle.MayBeOlder ? null : ContentCheck.WhyNot(Record.Objects, bundle.Objects)) ?? ContentCheck.WhyNot(Record.Shape!, shape, bundle.MayBeOlder);

    private (ImmutableArray<SecretFile> Files, Secret? Key) WithMarker(ImmutableArray<SecretFile> files)
    {
        if (ReloadMarker.NameFor(Spec) is not { } name)
            return (files, null);
        var key = Record.MarkerKey ?? ReloadMarker.NewKey();
        return (ReloadMarker.Add(files, name, key), key);
    }
}
