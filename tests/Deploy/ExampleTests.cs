using ActorCsi.Grains.Classes;

namespace ActorCsi.Tests.Deploy;

/// <summary>The examples are what the driver reads.</summary>
public sealed class ExampleTests
{
    public static TheoryData<string> Files => [.. Directory.EnumerateFiles(Path.Combine(Rendering.Folder, "examples"), "*.yaml").Select(file => Path.GetFileName(file)!).Order()];

    [Theory]
    [MemberData(nameof(Files))]
    public void Classes_AreReadWithoutFaultAndWhole(string file)
    {
        var read = ClassFile.Read(Text(file));

        Assert.Empty(read.Faults);
        Assert.Empty(read.PassedOver.Where(passed => !passed.What.Contains("is 'Pod'", StringComparison.Ordinal) && !passed.What.Contains("is Pod", StringComparison.Ordinal)));
        Assert.NotEmpty(read.Classes);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Pods_MountTheClassesOfTheirFile(string file)
    {
        var classes = ClassFile.Read(Text(file)).Classes.Select(found => found.Class.Name).ToHashSet();
        var volumes = Yaml.Read(Text(file)).Select(json => new Manifest(json)).Where(found => found.Kind == "Pod").SelectMany(pod => pod.List("spec", "volumes")).ToList();

        Assert.Equal(classes, volumes.Select(volume => volume["csi"]!["volumeAttributes"]!["secretProviderClass"]!.GetValue<string>()).ToHashSet());
        Assert.All(volumes, volume => Assert.True(volume["csi"]!["readOnly"]!.GetValue<bool>()));
        Assert.All(volumes, volume => Assert.Contains(volume["csi"]!["driver"]!.GetValue<string>(), (string[])["csi.actorcsi.io", "secrets-store.csi.k8s.io"]));
    }

    private static string Text(string file) => File.ReadAllText(Path.Combine(Rendering.Folder, "examples", file));
}
