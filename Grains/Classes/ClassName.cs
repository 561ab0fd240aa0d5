namespace ActorCsi.Grains.Classes;

/// <summary>Which class.</summary>
/// <param name="Namespace">Its namespace.</param>
/// <param name="Name">Its name there.</param>
public readonly record struct ClassName(string Namespace, string Name)
{
    /// <summary><c>namespace/name</c></summary>
    public override string ToString() => $"{Namespace}/{Name}";
}
