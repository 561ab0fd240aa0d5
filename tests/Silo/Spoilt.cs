using ActorCsi.Fakes.Cluster;
using ActorCsi.Grains.Providers;
using Google.Protobuf.WellKnownTypes;

namespace ActorCsi.Tests.Silo;

/// <summary>Ways to spoil a sound node, each one thing; with the check that must find it, how bad it is, and words that must be in what is found.</summary>
internal static class Spoilt
{
    private static readonly Dictionary<string, Func<SoundNode, Task>> All = [];

    public static TheoryData<string, string, string, string> Files { get; } = Table(
        Row("not root", "privileges", "Error", "user 1000", node => node.Edit("/proc/self/status", "Uid:\t0\t0", "Uid:\t1000\t1000")),
        Row("no CAP_SYS_ADMIN", "privileges", "Error", "CAP_SYS_ADMIN", node => node.Edit("/proc/self/status", "000001ffffffffff", "000001ffffdfffff")),
        Row("no CAP_CHOWN", "privileges", "Error", "CAP_CHOWN", node => node.Edit("/proc/self/status", "000001ffffffffff", "000001fffffffffe")),
        Row("mount(2) is refused", "mount", "Error", "not permitted", node => node.Surroundings = node.Surroundings with { TryMount = () => "not permitted" }),
        Row("swap, and a kernel without noswap", "swap", "Warning", "6.1", node =>
        {
            AddSwap(node, "/dev/sda2");
            node.Edit("/proc/sys/kernel/osrelease", "6.8.0", "6.1.0");
        }),
        Row("swap, and a volume that may be swapped", "swap", "Warning", "1 volumes", node =>
        {
            AddSwap(node, "/swapfile");
            node.Edit("/proc/self/mountinfo", ",noswap", "");
        }),
        Row("swap, in a user namespace", "swap", "Warning", "user namespace", node =>
        {
            AddSwap(node, "/dev/sda2");
            node.Edit("/proc/self/uid_map", "0          0 4294967295", "0     100000      65536");
        }),
        Row("confined by SELinux", "selinux", "Error", "container_t", node =>
        {
            node.Write("/sys/fs/selinux/enforce", "1");
            node.Write("/proc/self/attr/current", "system_u:system_r:container_t:s0:c1,c2");
        }),
        Row("a volume without a label", "selinux", "Warning", "1 volumes", node =>
        {
            node.Write("/sys/fs/selinux/enforce", "1");
            node.Write("/proc/self/attr/current", "system_u:system_r:spc_t:s0");
            node.Edit("/proc/self/mountinfo", ",seclabel", "");
        }),
        Row("too little memory", "memory", "Error", "32 MiB", node => node.Write("/sys/fs/cgroup/memory.max", "33554432\n")),
        Row("memory nearly full", "memory", "Warning", "500 MiB", node => node.Write("/sys/fs/cgroup/memory.current", "524288000\n")),
        Row("killed for want of memory", "memory", "Warning", "3 processes", node => node.Edit("/sys/fs/cgroup/memory.events", "oom_kill 0", "oom_kill 3")),
        Row("few open files", "open-files", "Error", "256", node => node.Edit("/proc/self/limits", "1048576 ", "256 ")),
        Row("few inotify instances", "inotify", "Warning", "max_user_instances is 16", node => node.Write("/proc/sys/fs/inotify/max_user_instances", "16\n")),
        Row("a proxy for everything", "proxy", "Warning", "NO_PROXY is not", node => node.Edit("/proc/self/environ", "PATH=", "HTTPS_PROXY=http://proxy:3128\0PATH=")),
        Row("a proxy for the API server", "proxy", "Note", "10.96.0.1", node => node.Edit("/proc/self/environ", "PATH=", "https_proxy=http://proxy:3128\0NO_PROXY=.svc,10.0.0.0/16\0PATH=")),
        Row("no pods directory", "kubelet-directories", "Error", "/var/lib/kubelet/pods", node => Directory.Delete(node["/var/lib/kubelet/pods"])),
        Row("the pods directory is read-only", "kubelet-directories", "Error", "read-only", node => node.Edit("/proc/self/mountinfo", "/pods rw,relatime shared:7", "/pods ro,relatime shared:7")),
        Row("propagation is private", "mount-propagation", "Error", "private", node => node.Edit("/proc/self/mountinfo", "rw,relatime shared:7 -", "rw,relatime -")),
        Row("propagation is HostToContainer", "mount-propagation", "Error", "HostToContainer", node => node.Edit("/proc/self/mountinfo", "rw,relatime shared:7 -", "rw,relatime master:7 -")),
        Row("the pods directory is the container's own", "mount-propagation", "Error", "container's own", node => node.Edit("/proc/self/mountinfo", "shared:7 - ext4 /dev/sda1", "shared:7 - overlay overlay")),
        Row("the state is on a disk", "state-directory", "Warning", "ext4", node => node.Edit("/proc/self/mountinfo", "/run/actorcsi rw,nosuid - tmpfs tmpfs", "/run/actorcsi rw,nosuid - ext4 /dev/sda1")),
        Row("the state is the container's own", "state-directory", "Error", "container's own", node => node.Edit("/proc/self/mountinfo", "/run/actorcsi rw,nosuid - tmpfs tmpfs", "/run/actorcsi rw,nosuid - overlay overlay")),
        Row("the state is read-only", "state-directory", "Error", "read-only", node => node.Edit("/proc/self/mountinfo", "/run/actorcsi rw", "/run/actorcsi ro")),
        Row("the state is open to others", "state-directory", "Warning", "OtherRead", node => File.SetUnixFileMode(node["/run/actorcsi"], (UnixFileMode)0x1ED)), // 0755
        Row("no room for state", "state-directory", "Error", "100 KiB", node => node.Surroundings = node.Surroundings with { FreeBytes = _ => 100 << 10 }),
        Row("a mount that nobody remembers", "mounts-and-records", "Warning", "/gone/", node => node.Edit("/proc/self/mountinfo", "6 4 0:99",
            "7 4 0:98 / /var/lib/kubelet/pods/gone/volumes/kubernetes.io~csi/secrets/mount rw shared:8 - tmpfs actorcsi rw,noswap,seclabel\n6 4 0:99")),
        Row("a volume that is not mounted", "mounts-and-records", "Error", "csi-1", node => node.Edit("/proc/self/mountinfo", "tmpfs actorcsi", "tmpfs other")),
        Row("two mounts on one target", "mounts-and-records", "Warning", "2 mounts", node => node.Edit("/proc/self/mountinfo", "6 4 0:99",
            $"7 4 0:98 / {SoundNode.Target} rw shared:8 - tmpfs actorcsi rw,noswap,seclabel\n6 4 0:99")));

    public static TheoryData<string, string, string, string> Sockets { get; } = Table(
        Row("no CSI socket", "csi-socket", "Error", "no socket /csi/csi.sock", node => File.Delete(node["/csi/csi.sock"])),
        Row("a dead CSI socket", "csi-socket", "Error", "nobody listens", node => node.LeaveDeadSocket("/csi/csi.sock")),
        Row("another driver at the CSI socket", "csi-socket", "Error", "'other.example.org'", node => node.AddDriver("/csi/csi.sock", new DriverScript { Name = "other.example.org" })),
        Row("a driver that is not ready", "csi-socket", "Warning", "not ready", node => node.AddDriver("/csi/csi.sock", new DriverScript { IsReady = false })),
        Row("a driver that hangs", "csi-socket", "Error", "does not answer", node =>
        {
            node.Surroundings = node.Surroundings with { Patience = TimeSpan.FromSeconds(1) };
            return node.AddDriver("/csi/csi.sock", new DriverScript { Hangs = true });
        }),
        Row("no registration", "registration", "Error", "no socket in /registration", node => File.Delete(node[$"/registration/{SoundNode.DriverName}-reg.sock"])),
        Row("a dead registration", "registration", "Error", "nobody answers", node => node.LeaveDeadSocket($"/registration/{SoundNode.DriverName}-reg.sock")),
        Row("kubelet is told the container's path", "registration", "Error", "/csi/csi.sock", node => node.Driver.Endpoint = "/csi/csi.sock"),
        Row("registered as a device plugin", "registration", "Error", "DevicePlugin", node => node.Driver.Type = "DevicePlugin"),
        Row("two drivers of one name", "rival-drivers", "Error", "registered 2 times", node => node.AddDriver("/registration/zz-other-reg.sock", new DriverScript { Endpoint = "/other/csi.sock" })),
        Row("the admin socket is open to others", "admin-socket", "Error", "OtherWrite", node => File.SetUnixFileMode(node["/run/actorcsi/admin.sock"], (UnixFileMode)0x1B6)), // 0666
        Row("the driver died", "admin-socket", "Error", "nobody listens", node =>
        {
            node.LeaveDeadSocket("/run/actorcsi/admin.sock");
            node.Surroundings = node.Surroundings with { IsDriverRunning = false };
        }),
        Row("no driver", "admin-socket", "Error", "no driver runs here", node =>
        {
            File.Delete(node["/run/actorcsi/admin.sock"]);
            node.Surroundings = node.Surroundings with { IsDriverRunning = false };
        }),
        Row("a plugin that was killed", "provider-sockets", "Error", "nobody listens", node => node.LeaveDeadSocket("/run/secrets-store-csi-providers/aws.sock")),
        Row("a plugin with two sockets", "provider-sockets", "Warning", "2 sockets", async node =>
        {
            var further = Directory.CreateDirectory(node["/etc/kubernetes/secrets-store-csi-providers"]).FullName;
            node.Keep(await FakePlugin.Start(further, "vault"));
        }),
        Row("everybody may write where plugins are", "provider-sockets", "Error", "everybody", node => File.SetUnixFileMode(node["/run/secrets-store-csi-providers"], (UnixFileMode)0x1FF)), // 0777
        Row("what answers is no plugin", "provider-sockets", "Error", "'gcp'", node => node.AddDriver("/run/secrets-store-csi-providers/gcp.sock", new DriverScript())),
        Row("a stale volume", "stale-volumes", "Warning", "vault is sealed", node => (node.Driver.Volumes[0].State, node.Driver.Volumes[0].Reason) = ("Stale", "vault is sealed")),
        Row("content that has expired", "stale-volumes", "Error", "expired", node => node.Driver.Volumes[0].ExpiresAt = SoundNode.Now.AddMinutes(-1).ToTimestamp()),
        Row("a token of the future", "token-clock", "Error", "in the future", node => node.Driver.Report.Tokens[0].IssuedAt = SoundNode.Now.AddMinutes(5).ToTimestamp()),
        Row("a token that has expired", "token-clock", "Warning", "shop/web", node => node.Driver.Report.Tokens[0].ExpiresAt = SoundNode.Now.AddMinutes(-5).ToTimestamp()));

    public static TheoryData<string, string, string, string> Classes { get; } = Table(
        Row("no directory of classes", "class-files", "Error", "no directory /classes", node => Directory.Delete(node["/classes"], recursive: true)),
        Row("a class without a provider's name", "class-files", "Error", "spec.provider", node => node.Edit("/classes/token.yaml", "provider: token", "provider: []")),
        Row("a field that does not exist", "class-files", "Warning", "parametres", node => node.Edit("/classes/certificate.yaml", "provider: pki", "provider: pki\n  parametres: {}")),
        Row("a class in two files", "class-files", "Warning", "shop/certificate", node => node.Write("/classes/z.yaml", File.ReadAllText(node["/classes/certificate.yaml"]))),
        Row("a parameter that makes no sense", "class-providers", "Error", "shop/certificate", node => node.Edit("/classes/certificate.yaml", "duration: 1h", "duration: soon")),
        Row("a parameter of the driver's own that is misspelt", "class-providers", "Error", "actorcsi.io/hodl", node => node.Edit("/classes/certificate.yaml", "duration: 1h", "actorcsi.io/hodl: \"true\"")),
        Row("the node's identity where those are refused", "class-providers", "Error", "parameters.auth is provider-adc", node =>
        {
            node.Surroundings = node.Surroundings with { Options = node.Surroundings.Options with { NodeIdentities = NodeIdentities.Refused } };
            node.WriteClass("adc", "gcp", "auth: provider-adc\n    secrets: \"[{resourceName: projects/shop/secrets/db/versions/1, path: db}]\"");
        }),
        Row("a template with a mistake", "class-providers", "Error", "'shout' is no helper", node => node.Edit("/classes/certificate.yaml", "duration: 1h", "actorcsi.io/templates: \"[{path: a, template: '{{ tls.crt | shout }}'}]\"")),
        Row("a source with a mistake", "class-providers", "Error", "source 'pki'", node => node.WriteClass("several", "sources", "sources: \"[{provider: pki, parameters: {duration: soon}}]\"")),
        Row("a source whose token kubelet does not bring", "token-requests", "Error", "'nobody'", node => node.WriteClass("several", "sources", "sources: \"[{provider: pki}, {provider: token, parameters: {objects: [{audience: nobody}]}}]\"")),
        Row("a provider that is not here", "class-providers", "Warning", "nowhere", node => node.WriteClass("elsewhere", "nowhere", "key: value")));

    public static TheoryData<string, string, string, string> ClusterObjects { get; } = Table(
        Row("the API server is away", "api-server", "Error", "cannot be asked", node => node.Cluster.IsDown = true),
        Row("the API server refuses the token", "api-server", "Error", "does not accept", node => node.Cluster.Revoke(FakeCluster.DriverToken)),
        Row("the clock is half an hour ahead", "api-server", "Error", "ahead", node => node.Surroundings = node.Surroundings with { Time = new VirtualTime(DateTimeOffset.UtcNow.AddMinutes(31)) }),
        Row("the clock is a minute behind", "api-server", "Warning", "behind", node => node.Surroundings = node.Surroundings with { Time = new VirtualTime(DateTimeOffset.UtcNow.AddMinutes(-1)) }),
        Row("a CRD is missing", "custom-resources", "Error", "secretproviderclasspodstatuses", node => node.Cluster.Always(Fault.Answers(404, "NotFound"), request => request is { Resource: "secretproviderclasspodstatuses" })),
        Row("no CSIDriver object", "csidriver", "Error", SoundNode.DriverName, node => node.Cluster.Remove("csidrivers", "", SoundNode.DriverName)),
        Row("no pod information", "csidriver", "Error", "podInfoOnMount", node => node.SetCsiDriver("\"podInfoOnMount\": true", "\"podInfoOnMount\": false")),
        Row("no republish", "csidriver", "Error", "requiresRepublish", node => node.SetCsiDriver("\"requiresRepublish\": true, ", "")),
        Row("volumes are attached", "csidriver", "Error", "attachRequired", node => node.SetCsiDriver("\"attachRequired\": false, ", "")),
        Row("no inline volumes", "csidriver", "Error", "Ephemeral", node => node.SetCsiDriver("[\"Ephemeral\"]", "[\"Persistent\"]")),
        Row("kubelet may apply fsGroup", "csidriver", "Note", "fsGroupPolicy", node => node.SetCsiDriver("\"None\"", "\"File\"")),
        Row("an audience that kubelet does not bring", "token-requests", "Error", "'vault'", node => node.SetCsiDriver("\"audience\": \"vault\"", "\"audience\": \"other\"")),
        Row("no tokens at all", "token-requests", "Error", "'vault'", node => node.SetCsiDriver("[{\"audience\": \"vault\"}]", "[]")),
        Row("a class of the cluster wants another audience", "token-requests", "Error", "'bank'", node => node.Cluster.Add("""
            {
              "apiVersion": "secrets-store.csi.x-k8s.io/v1", "kind": "SecretProviderClass", "metadata": {"namespace": "bank", "name": "token"},
              "spec": {"provider": "token", "parameters": {"objects": "- {audience: bank, path: token}"}}
            }
            """)),
        Row("a class of Azure's, and no audience of Entra ID", "token-requests", "Note", "may need", node => node.WriteClass("azure", "azure",
            "keyvaultName: shop\n    objects: \"array: ['{objectName: db, objectType: secret}']\"")),
        Row("a volume without a class, and no audience of the API server", "token-requests", "Error", "volumes that name no class", node => node.Driver.Volumes[0].ClassName = ""),
        Row("a class of Google's, and no audience of its pools", "token-requests", "Error", "'*.svc.id.goog'", node => node.Cluster.Add("""
            {
              "apiVersion": "secrets-store.csi.x-k8s.io/v1", "kind": "SecretProviderClass", "metadata": {"namespace": "bank", "name": "google"},
              "spec": {"provider": "gcp", "parameters": {"secrets": "- {resourceName: projects/shop/secrets/db/versions/1, path: db}"}}
            }
            """)),
        Row("the flag came before the kubelet", "tokens-in-secrets", "Warning", "volume_context", node => node.Driver.Report.TokenSource = "VolumeContext"),
        Row("tokens could be in secrets", "tokens-in-secrets", "Note", "does not have", node => node.SetCsiDriver(", \"serviceAccountTokenInSecrets\": true", "")),
        Row("classes may not be listed", "rights", "Error", "list secretproviderclasses", node => node.Cluster.Allows = request => request is not { Resource: "secretproviderclasses", Verb: "list" } && node.Rights.Allow(request)),
        Row("statuses may not be written", "rights", "Error", "patch secretproviderclasspodstatuses", node => node.Cluster.Allows = request => request is not { Resource: "secretproviderclasspodstatuses", Verb: "patch" } && node.Rights.Allow(request)));

    public static Func<SoundNode, Task> Of(string what) => All[what];

    private static void AddSwap(SoundNode node, string device) => node.Write("/proc/swaps", $"Filename\tType\tSize\tUsed\tPriority\n{device}\tpartition\t2097148\t0\t-2\n");

    private static string[] Row(string what, string check, string severity, string words, Action<SoundNode> spoil) => Row(what, check, severity, words, node =>
    {
        spoil(node);
        return Task.CompletedTask;
    });

    private static string[] Row(string what, string check, string severity, string words, Func<SoundNode, Task> spoil)
    {
        All.Add(what, spoil);
        return [what, check, severity, words];
    }

    private static TheoryData<string, string, string, string> Table(params string[][] rows)
    {
        var table = new TheoryData<string, string, string, string>();
        foreach (var row in rows)
            table.Add(row[0], row[1], row[2], row[3]);
        return table;
    }
}
