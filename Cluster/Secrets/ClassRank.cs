namespace ActorCsi.Cluster.Secrets;

/// <summary>
/// Which of two classes that name one Secret counts: the one that was made later, so that in an update of an application the new class takes over and the old one does not take
/// it back; of two made in the same second, the one whose name comes later. The same on every node.
/// </summary>
/// <param name="CreatedAt">When the class was made; null, which ranks lowest, where the class is not the API server's.</param>
/// <param name="Name">The class's name.</param>
internal readonly record struct ClassRank(DateTimeOffset? CreatedAt, string Name) : IComparable<ClassRank>
{
    /// <inheritdoc/>
    public int CompareTo(ClassRank other) => Nullable.Compare(CreatedAt, other.CreatedAt) is var byAge and not 0 ? byAge : string.CompareOrdinal(Name, other.Name);
}
