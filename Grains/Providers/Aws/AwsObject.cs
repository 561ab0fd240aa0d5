using System.Collections.Immutable;
using ActorCsi.Grains.JmesPath;

namespace ActorCsi.Grains.Providers.Aws;

/// <summary>One entry of <c>parameters.objects</c>.</summary>
internal sealed record AwsObject
{
    /// <summary>What is read in the region of the class…</summary>
    public required AwsRead Read { get; init; }

    /// <summary>…and in the one that stands in for it.</summary>
    public required AwsRead FailoverRead { get; init; }

    /// <summary>The file, and the id in status; with <see cref="AllKeys"/> the directory.</summary>
    public required string FileName { get; init; }

    /// <summary>filePermission.</summary>
    public int Mode { get; init; } = SecretFile.DefaultMode;

    /// <summary>jmesPath: more files, made of parts of the value.</summary>
    public ImmutableArray<AwsPart> Parts { get; init; } = [];

    /// <summary>allKeys: a file for each key of the value, instead of one of the whole.</summary>
    public bool AllKeys { get; init; }

    /// <summary>The names under which versions are reported.</summary>
    public IEnumerable<string> Ids => Parts.Select(part => part.FileName).Prepend(FileName);
}

/// <summary>One entry of <c>jmesPath</c>: a file made of what an expression finds in the value.</summary>
internal sealed record AwsPart(JmesExpression Expression, string Path, string FileName, int Mode);

/// <summary>What a store is asked: equal questions are asked once.</summary>
/// <param name="Store">Which store.</param>
/// <param name="Name">A name or an ARN.</param>
/// <param name="Version">The id or number of a version; empty for none.</param>
/// <param name="Label">A staging label of Secrets Manager, or a parameter's label; empty for none.</param>
internal sealed record AwsRead(AwsStore Store, string Name, string Version, string Label)
{
    /// <summary>How it is called in messages.</summary>
    public override string ToString() => Store is AwsStore.SecretsManager ? $"secret {Words.Clip(Name)}" : $"parameter {Words.Clip(Name)}";
}

/// <summary>Where it is kept.</summary>
internal enum AwsStore
{
    SecretsManager,
    ParameterStore,
}

/// <summary>A value that was read. Who receives it owns it and erases it.</summary>
internal sealed record AwsValue(Secret Content, string Version);
