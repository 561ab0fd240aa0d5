using ActorCsi.Grains;
using ActorCsi.Grains.Classes;
using ActorCsi.Grains.Providers;
using ActorCsi.Silo.Doctor;
using ActorCsi.Silo.Doctor.Checks.Classes;
using ActorCsi.Silo.Serve;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ActorCsi.Tests.Deploy;

/// <summary>The examples are what the driver reads, and are answered by what is installed.</summary>
public sealed class ExampleTests : IDisposable
{
    /// <summary>The drivers that examples name, and the installation of that name.</summary>
    private static readonly Dictionary<string, string> Drivers = new()
    {
        ["csi.actorcsi.io"] = "base",
        ["secrets-store.csi.k8s.io"] = "overlays/drop-in",
        ["csi.cert-manager.io"] = "overlays/cert-manager-csi",
        ["spiffe.csi.cert-manager.io"] = "overlays/spiffe-csi",
    };

    private readonly IHost _host = BuiltIn();

    public static TheoryData<string> Files => [.. Directory.EnumerateFiles(Path.Combine(Rendering.Folder, "examples"), "*.yaml").Select(file => Path.GetFileName(file)!).Order()];

    public static TheoryData<string> InlineFiles => ["cert-manager.yaml", "spiffe.yaml"];

    private IProviderCatalog Providers => _host.Services.GetRequiredService<IProviderCatalog>();

    public void Dispose() => _host.Dispose();

    [Theory]
    [MemberData(nameof(Files))]
    public void Classes_AreReadWhole_AndUnderstoodByTheirProviders(string file)
    {
        var read = ClassFile.Read(Text(file));

        Assert.Empty(read.Faults);
        Assert.Empty(read.PassedOver.Where(passed => !passed.What.EndsWith(": only SecretProviderClass is read", StringComparison.Ordinal)));
        Assert.All(read.Classes, found => DriverParameters.Check(found.Class));
        Assert.All(read.Classes, found => Providers.Find(found.Class.Provider).Demand(found.Class));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Pods_MountTheClassesOfTheirFile(string file)
    {
        var classes = ClassFile.Read(Text(file)).Classes.Select(found => found.Class.Name).ToHashSet();
        var volumes = Volumes(file).ToList();

        Assert.NotEmpty(volumes);
        Assert.Equal(classes, volumes.Select(found => found.Volume.ClassName).Where(name => name.Length > 0).ToHashSet());
        Assert.All(volumes, found => Assert.True(found.Volume.ReadOnly));
        Assert.All(volumes, found => Assert.Contains(found.Driver, Drivers.Keys));
    }

    /// <summary>A volume without a class is a certificate, for the driver of the name that it gives, as that is installed; and each of its attributes is one.</summary>
    [RenderTheory]
    [MemberData(nameof(InlineFiles))]
    public async Task VolumesWithoutAClass_AreUnderstoodByTheDriverThatTheyName(string file)
    {
        foreach (var (volume, driver) in Volumes(file))
        {
            var installed = await DaemonSetTests.Options(Drivers[driver]);

            var asked = InlineClass.Of(volume, new VolumeOptions { DriverName = installed.DriverName, InlineDefaults = Node.InlineDefaults(installed.InlineDefaults) })!;

            Assert.Equal("", Assert.Single(Providers.Find(asked.Provider).Demand(asked).Audiences));
            Providers.Find(asked.Provider).Demand(asked with { Name = "strict" }); // of a class, nothing is passed over
        }
    }

    private static IEnumerable<(VolumeSpec Volume, string Driver)> Volumes(string file)
        => from pod in Yaml.Read(Text(file)).Select(json => new Manifest(json))
           where pod.Kind == "Pod"
           let identity = new PodIdentity("default", pod.Name, "uid", pod.Text("spec", "serviceAccountName") ?? "default")
           from volume in pod.List("spec", "volumes")
           let csi = new Manifest(volume["csi"]!.AsObject())
           select (new VolumeSpec("id", "/target", identity, new StringMap(csi.Texts("volumeAttributes")), "", csi["readOnly"]!.GetValue<bool>(), FsGroup: null, MountFlags: ""), csi.Text("driver")!);

    /// <summary>The providers that need no plugin, on any machine.</summary>
    internal static IHost BuiltIn()
    {
        var serve = new ServeCommand();
        var options = serve.Read(serve.Parse(["--provider-volume", "", "--additional-provider-volume-paths", ""]));
        return KnownClasses.Providers(new Surroundings { Options = options, KubeletDirectory = "" });
    }

    private static string Text(string file) => File.ReadAllText(Path.Combine(Rendering.Folder, "examples", file));
}
