using ActorCsi.GrainEngine;

namespace Orleans.Runtime;

/// <summary>
/// Stands for a grain wherever it is called from; the code generator derives one class from it for each grain interface.
/// Two references are equal when they mean the same grain.
/// </summary>
public class GrainReference : IAddressable, IEquatable<GrainReference>
{
    private protected GrainReference(Silo silo, GrainId grainId)
    {
        Silo = silo;
        GrainId = grainId;
    }

    /// <summary>Which grain it stands for.</summary>
    public GrainId GrainId { get; }

    /// <summary>The interface it calls the grain by.</summary>
    public virtual string InterfaceName => "";

    internal Silo Silo { get; }

    /// <summary>A reference to the same grain by another of its interfaces.</summary>
    public virtual TGrainInterface Cast<TGrainInterface>()
        where TGrainInterface : IAddressable
        => (TGrainInterface)Silo.Factory.CreateReference(typeof(TGrainInterface), GrainId);

    /// <inheritdoc/>
    public bool Equals(GrainReference? other) => other is not null && GrainId.Equals(other.GrainId);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as GrainReference);

    /// <inheritdoc/>
    public override int GetHashCode() => GrainId.GetHashCode();

    /// <inheritdoc/>
    public sealed override string ToString() => $"GrainReference:{GrainId}";

    /// <summary>Whether both mean the same grain.</summary>
    public static bool operator ==(GrainReference? reference1, GrainReference? reference2) => Equals(reference1, reference2);

    /// <summary>Whether they mean different grains.</summary>
    public static bool operator !=(GrainReference? reference1, GrainReference? reference2) => !Equals(reference1, reference2);
}
