using ActorCsi.Grains.Classes;

namespace ActorCsi.Grains;

// Class: what the volume asks for, and what happens when that changes, or what its provider gives.
public sealed partial class VolumeGrain
{
    private SecretProviderClass? _class; // as the volume last saw it, serving
    private SecretProviderClass? _tried; // as it was at the last fetch
    private SecretProviderClass? _followed; // as it is for the refresh that is armed
    private SecretProviderClass? _inline; // what the volume's own attributes say, where it names no class

    /// <inheritdoc/>
    public Task Follow()
    {
        if (!HasContent)
            return Task.CompletedTask;
        if (ClassCallsForRefresh())
        {
            _followed = _classes.Peek(Spec.Pod.Namespace, Spec.ClassName);
            RefreshSoon(RefreshCause.Change);
        }
        else
        {
            FollowProvider();
        }
        return Task.CompletedTask;
    }

    private void FollowProvider()
    {
        if (IsOutdated())
            RefreshSoon(RefreshCause.Provider);
    }

    private bool IsOutdated()
    {
        try
        {
            return PeekClass() is { } secretClass && _providers.Find(secretClass.Provider).IsOutdated(secretClass, Record.Objects);
        }
        catch (VolumeException)
        {
            return false; // a refresh would say what is wrong, and this is no reason for one
        }
    }

    private void RefreshSoon(RefreshCause cause)
    {
        var soon = _time.GetUtcNow() + (_options.ClassChangeSpread * _options.Chance());
        if (Record.RefreshAt is null || Record.RefreshAt > soon)
            _state.State = Record with { RefreshAt = soon, RefreshCause = cause }; // not saved: after a restart one looks anew
        ArmTimer();
    }

    private async ValueTask<SecretProviderClass> FindClass(CancellationToken cancellationToken)
    {
        if (Spec.ClassName.Length == 0)
            return Inline() ?? throw new VolumeException(VolumeError.Invalid, $"volumeAttributes.{VolumeSpec.ClassAttribute} is not set: name the SecretProviderClass there");
        return await _classes.Find(Spec.Pod.Namespace, Spec.ClassName, cancellationToken)
            ?? throw new VolumeException(VolumeError.NotFound,
                $"failed to get secretproviderclass {Spec.Pod.Namespace}/{Spec.ClassName}: not found; it must be in the pod's own namespace");
    }

    /// <summary>The class as memory has it; null when it is not known here.</summary>
    private SecretProviderClass? PeekClass() => Spec.ClassName.Length == 0 ? Inline() : _classes.Peek(Spec.Pod.Namespace, Spec.ClassName);

    /// <summary>One instance for all refreshes: the attributes of a volume never change.</summary>
    private SecretProviderClass? Inline() => _inline ??= InlineClass.Of(Spec, _options);

    private bool ClassCallsForRefresh()
    {
        var current = _classes.Peek(Spec.Pod.Namespace, Spec.ClassName);
        if (current is null || ReferenceEquals(current, _followed))
            return false;
        return Record.State is VolumeState.Stale ? ClassChangedSinceTried(current) : ClassChanged(current);
    }

    /// <summary>A stale volume has its own time for the next try, unless somebody has mended its class.</summary>
    private bool ClassChangedSinceTried(SecretProviderClass current) => _tried is not null && !ReferenceEquals(current, _tried);

    private bool ClassChanged(SecretProviderClass current)
    {
        if (ReferenceEquals(current, _class))
            return false;
        if (Fingerprint.Of(current) != Record.ClassFingerprint)
            return true;
        _class = current;
        _observers.ClassReplaced(Status(), current);
        return false;
    }
}
