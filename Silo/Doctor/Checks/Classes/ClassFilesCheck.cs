namespace ActorCsi.Silo.Doctor.Checks.Classes;

/// <summary>The files of <c>--classes</c>, read as the driver reads them.</summary>
internal sealed class ClassFilesCheck() : FileCheck("class-files")
{
    protected override IEnumerable<Finding> Run(Surroundings node)
    {
        if (node.Options.Classes.Length == 0)
            yield break;
        if (!Directory.Exists(node.At(node.Options.Classes)))
        {
            yield return Finding.Error($"there is no directory {node.Options.Classes}", "the directory of --classes", "make it, or give another to --classes");
            yield break;
        }
        var seen = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (path, file) in ClassFiles.ReadAll(node))
        {
            foreach (var fault in file.Faults)
                yield return Finding.Error($"{path}: {fault}", "a SecretProviderClass", "mend the file; until then its last good version counts, and none after a restart");
            foreach (var fault in file.PassedOver)
                yield return Finding.Warning($"{path}: {fault}", "fields that mean something", "see the field's spelling, or take it away");
            foreach (var (found, line) in file.Classes)
                if (!seen.TryAdd($"{found.Namespace}/{found.Name}", path))
                    yield return Finding.Warning($"{path}: line {line}: class {found.Namespace}/{found.Name} is in {seen[$"{found.Namespace}/{found.Name}"]} too", "each class once: the first file by name has it", "remove one of the two");
        }
    }
}
