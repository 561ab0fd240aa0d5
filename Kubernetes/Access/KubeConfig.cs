using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace ActorCsi.Kubernetes.Access;

/// <summary>
/// A kubeconfig, for development: one file; the current context or a named one; tokens and client certificates, in the file or beside it; the proxy that it names, or
/// that the environment does. What runs other programs (exec, auth-provider) or acts as another is refused.
/// </summary>
public static class KubeConfig
{
    /// <summary>The access that <paramref name="path"/> describes.</summary>
    /// <param name="path">The file. Paths in it are relative to its directory.</param>
    /// <param name="time">The clock by which a token file is read again.</param>
    /// <param name="context">The context; null for the current one.</param>
    /// <param name="at">Where a path of the one who uses the file is for us, when that is another container; null when it is the same.</param>
    /// <param name="variable">Looks up an environment variable of the one who uses the file; null for our own.</param>
    /// <exception cref="KubeConfigException">The file cannot be used; says what and where.</exception>
    public static ClusterAccess Read(string path, TimeProvider time, string? context = null, Func<string, string>? at = null, Func<string, string?>? variable = null)
    {
        try
        {
            return new Reader(Path.GetFullPath(path), time, at ?? (path => path), variable ?? Environment.GetEnvironmentVariable).Read(context);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or YamlException or CryptographicException or FormatException)
        {
            // Not the parser's own words of the text: it may hold keys.
            throw new KubeConfigException(path, e is YamlException yaml ? $"line {yaml.Start.Line} is no YAML that can be read" : e.Message, e);
        }
    }

    private sealed class Reader(string path, TimeProvider time, Func<string, string> at, Func<string, string?> variable)
    {
        public ClusterAccess Read(string? contextName)
        {
            var root = Load();
            contextName ??= Text(root, "current-context") ?? throw Fault("current-context is not set: choose one with `kubectl config use-context`");
            var context = Named(root, "contexts", "context", contextName);
            var cluster = Named(root, "clusters", "cluster", Text(context, "cluster") ?? throw Fault($"context '{contextName}' names no cluster"));
            var user = Text(context, "user") is { } userName ? Named(root, "users", "user", userName) : new YamlMappingNode();
            Refuse(user);

            var server = Address(cluster, "server", "https", "http") ?? throw Fault("the cluster has no server");

            return new ClusterAccess
            {
                Server = server,
                Source = $"context {contextName} of {path}",
                Namespace = Text(context, "namespace") ?? "default",
                Token = Token(user),
                Authorities = Bytes(cluster, "certificate-authority") is { } pem ? () => Authorities(pem()) : null,
                ClientCertificate = ClientCertificate(user),
                TlsServerName = Text(cluster, "tls-server-name"),
                SkipsVerification = Text(cluster, "insecure-skip-tls-verify") is "true",
                Proxy = Address(cluster, "proxy-url", "http", "https", "socks5") ?? EnvironmentProxy.For(server, variable),
            };
        }

        private YamlMappingNode Load()
        {
            if (!File.Exists(at(path)) && path.Contains(Path.PathSeparator))
                throw Fault("there is no such file; of several, joined by colons, only one can be used here");
            var stream = new YamlStream();
            using var reader = new StreamReader(at(path));
            stream.Load(reader);
            return stream.Documents is [{ RootNode: YamlMappingNode root }, ..] ? root : throw Fault("is empty");
        }

        private YamlMappingNode Named(YamlMappingNode root, string list, string kind, string name)
        {
            var entries = root.Children.TryGetValue(list, out var node) && node is YamlSequenceNode sequence ? sequence.Children.OfType<YamlMappingNode>() : [];
            var entry = entries.FirstOrDefault(entry => Text(entry, "name") == name) ?? throw Fault($"{list} has no entry '{name}'");
            return entry.Children.TryGetValue(kind, out var value) && value is YamlMappingNode found ? found : new YamlMappingNode();
        }

        private void Refuse(YamlMappingNode user)
        {
            foreach (var way in (string[])["exec", "auth-provider"])
                if (user.Children.ContainsKey(way))
                    throw Fault($"the user's credentials come from a program ({way}), which is not run here; use a kubeconfig with a token (`kubectl create token`) or a client certificate");
            if (user.Children.ContainsKey("username"))
                throw Fault("the user has a user name and a password, which Kubernetes has not accepted since 1.19; use a token or a client certificate");
            if (user.Children.Keys.OfType<YamlScalarNode>().FirstOrDefault(field => field.Value is "as" or "as-uid" or "as-groups" or "as-user-extra") is { } field)
                throw Fault($"the user acts as another ({field.Value}), which is not done here; use a token of that other: `kubectl create token`");
        }

        private TokenSource? Token(YamlMappingNode user)
            => Text(user, "token") is { } token ? TokenSource.Fixed(token)
                : Text(user, "tokenFile") is { } file ? new TokenFile(Beside(file), time)
                : null;

        private X509Certificate2? ClientCertificate(YamlMappingNode user)
        {
            var (certificate, key) = (Bytes(user, "client-certificate"), Bytes(user, "client-key"));
            if (certificate is null && key is null)
                return null;
            if (certificate is null || key is null)
                throw Fault($"the user has a client {(key is null ? "certificate without its key" : "key without its certificate")}");
            return X509Certificate2.CreateFromPem(Encoding.UTF8.GetString(certificate()), Encoding.UTF8.GetString(key()));
        }

        /// <summary>What a field holds, or the file that it names: <c>field-data</c> in base64 wins over <c>field</c>, a path, as kubectl has it.</summary>
        private Func<byte[]>? Bytes(YamlMappingNode node, string field)
        {
            if (Text(node, field + "-data") is { } data)
            {
                var bytes = new byte[data.Length];
                return Convert.TryFromBase64String(data, bytes, out var length) ? () => bytes[..length] : throw Fault($"{field}-data is no base64");
            }
            if (Text(node, field) is not { } file)
                return null;
            _ = File.ReadAllBytes(Beside(file)); // a file that is missing is better told now
            return () => File.ReadAllBytes(Beside(file));
        }

        private static X509Certificate2Collection Authorities(byte[] pem)
        {
            var authorities = new X509Certificate2Collection();
            authorities.ImportFromPem(Encoding.UTF8.GetString(pem));
            return authorities;
        }

        private string Beside(string file) => at(Path.Combine(Path.GetDirectoryName(path)!, file));

        private static string? Text(YamlMappingNode node, string field)
            => node.Children.TryGetValue(field, out var value) && value is YamlScalarNode { Value: { Length: > 0 } text } ? text : null;

        private Uri? Address(YamlMappingNode node, string field, params string[] schemes)
        {
            if (Text(node, field) is not { } text)
                return null;
            return Uri.TryCreate(text.EndsWith('/') ? text : text + "/", UriKind.Absolute, out var address) && schemes.Contains(address.Scheme)
                ? address
                : throw Fault($"{field} is no address, expected {schemes[0]}://host:port");
        }

        private KubeConfigException Fault(string what) => new(path, what);
    }
}

/// <summary>A kubeconfig that cannot be used. The message says what to mend, and holds nothing secret.</summary>
public sealed class KubeConfigException : ArgumentException
{
    internal KubeConfigException(string path, string what, Exception? inner = null) : base($"kubeconfig {path}: {what}", inner)
    {
    }
}
