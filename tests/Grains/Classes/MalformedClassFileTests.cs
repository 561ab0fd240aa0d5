using System.Text;
using ActorCsi.Grains.Classes;
using FsCheck;
using FsCheck.Fluent;

namespace ActorCsi.Tests.Classes;

/// <summary>Whatever stands in a class file: either classes or faults come of it, never an exception.</summary>
public sealed class MalformedClassFileTests
{
    private const string Valid = """
        apiVersion: secrets-store.csi.x-k8s.io/v1
        kind: SecretProviderClass
        metadata: {name: db}
        spec:
          provider: vault
          parameters:
            objects: |
              - {a: b}
          secretObjects: [{secretName: s, type: Opaque, data: [{objectName: o, key: k}]}]
        """;

    private static readonly string[] Bits =
        ["", " ", "\n", "\t", ":", "- ", "[", "]", "{", "}", "\"", "'", "|", ">", "&a", "*a", "!!str ", "!<", "%YAML 9.9\n", "---\n", "...\n", "? ", "#", "\\", "\u0000", "\ufeff", "\u2028", "\ud800", "<<: ", "~", "é", "1e999", "\"\\ud83d\\ude00\""];

    [Fact]
    public void Read_TextOfYamlBits_NeverThrows()
        => Check.One(Config.QuickThrowOnFailure.WithMaxTest(500), Prop.ForAll(
            Gen.Elements(Bits).ListOf().Select(string.Concat).ToArbitrary(), Survives));

    [Fact]
    public void Read_ValidTextWithOneEdit_NeverThrows()
        => Check.One(Config.QuickThrowOnFailure.WithMaxTest(1000), Prop.ForAll(
            (from at in Gen.Choose(0, Valid.Length - 1)
             from cut in Gen.Choose(0, 12)
             from bit in Gen.Elements(Bits)
             select Valid.Remove(at, Math.Min(cut, Valid.Length - at)).Insert(at, bit)).ToArbitrary(), Survives));

    [Fact]
    public void Read_RandomBytes_NeverThrows()
        => Check.One(Config.QuickThrowOnFailure.WithMaxTest(500), Prop.ForAll<byte[]>(bytes => Survives(Encoding.Latin1.GetString(bytes))));

    private static bool Survives(string text)
    {
        var file = ClassFile.Read(text);
        return file.Faults.All(fault => fault.Line >= 0 && fault.What.Length > 0)
            && file.Classes.All(found => found.Class.Name.Length > 0);
    }
}
