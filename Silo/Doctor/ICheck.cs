namespace ActorCsi.Silo.Doctor;

/// <summary>One thing that a node needs, and how to see whether it is there. Changes nothing.</summary>
internal interface ICheck
{
    /// <summary>What is looked at; part of the JSON answer, so it stays as it is.</summary>
    string Name { get; }

    /// <summary>What is not as it should be, in the order of its weight; nothing when all is well.</summary>
    IAsyncEnumerable<Finding> Run(Surroundings node, CancellationToken cancellationToken);
}

/// <summary>A check that only reads files.</summary>
internal abstract class FileCheck(string name) : ICheck
{
    public string Name => name;

    public IAsyncEnumerable<Finding> Run(Surroundings node, CancellationToken cancellationToken) => Run(node).ToAsyncEnumerable();

    protected abstract IEnumerable<Finding> Run(Surroundings node);
}
