using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;

namespace ActorCsi.Fakes.Stores.Vault;

/// <summary>Secret engines: KV with and without versions, databases, certificates, ciphers.</summary>
public sealed partial class VaultServer
{
    private readonly Dictionary<string, VaultLease> _leases = new(StringComparer.Ordinal);
    private TestAuthority? _pki;

    /// <summary>The leases that live.</summary>
    public IReadOnlyList<VaultLease> Leases
    {
        get
        {
            lock (_gate)
            {
                EndWhatIsOver();
                return [.. _leases.Values];
            }
        }
    }

    /// <summary>How many database users were ever made.</summary>
    public int UsersMade { get; private set; }

    /// <summary>The authority of the pki engine.</summary>
    public TestAuthority Pki => _pki ??= new TestAuthority("Vault PKI");

    private void Add(string @namespace, string path, string type, Mount serve) => _mounts[(@namespace, path)] = (type, serve);

    /// <summary>Mounts a KV store without versions.</summary>
    public Kv1 MountKv1(string path, string @namespace = "")
    {
        var kv = new Kv1();
        Add(@namespace, path, "kv", question =>
        {
            switch (question.Method)
            {
                case "GET":
                    return Envelope(kv.Secrets.GetValueOrDefault(question.Path)?.DeepClone() ?? throw new Refusal(404), duration: TimeSpan.FromHours(768));
                case "POST":
                    kv.Secrets[question.Path] = question.Arguments.DeepClone().AsObject();
                    return new Answer(204, null);
                case "DELETE":
                    kv.Secrets.Remove(question.Path);
                    return new Answer(204, null);
                case "LIST":
                    return Envelope(new JsonObject { ["keys"] = new JsonArray([.. kv.Secrets.Keys.Where(key => key.StartsWith(question.Path, StringComparison.Ordinal)).Select(key => (JsonNode)key)]) });
                default:
                    throw new Refusal(405, "unsupported operation");
            }
        });
        return kv;
    }

    /// <summary>Mounts a KV store with versions.</summary>
    public Kv2 MountKv2(string path, string @namespace = "")
    {
        var kv = new Kv2();
        Add(@namespace, path, "kv", question => question.Path.Split('/', 2) switch
        {
            ["data", var name] => KvData(kv, name, question),
            ["metadata", var name] => KvMetadata(kv, name, question),
            _ => Envelope(null, status: 404, warnings: ["Invalid path for a versioned K/V secrets engine. See the API docs for the appropriate API endpoints to use. If using the Vault CLI, use 'vault kv get' for this operation."]),
        });
        return kv;
    }

    private Answer KvData(Kv2 kv, string name, Question question)
    {
        if (question.Method == "POST")
        {
            var written = kv.Put(name, question.Arguments["data"] as JsonObject ?? throw new Refusal(400, "no data provided"), Now);
            return Envelope(Metadata(written, kv.Secrets[name].Count));
        }
        if (question.Method == "DELETE")
        {
            kv.Delete(name, Now);
            return new Answer(204, null);
        }
        if (question.Method != "GET")
            throw new Refusal(405, "unsupported operation");
        var versions = kv.Secrets.GetValueOrDefault(name) ?? throw new Refusal(404);
        var number = question.Query["version"].ToString() is { Length: > 0 } asked ? int.Parse(asked, CultureInfo.InvariantCulture) : versions.Count;
        if (number == 0)
            number = versions.Count;
        if (number < 0 || number > versions.Count)
            throw new Refusal(404);
        var version = versions[number - 1];
        var isGone = version.IsDestroyed || version.DeletedAt is not null;
        return Envelope(new JsonObject { ["data"] = isGone ? null : version.Data.DeepClone(), ["metadata"] = Metadata(version, number) }, status: isGone ? 404 : 200);
    }

    private Answer KvMetadata(Kv2 kv, string name, Question question)
    {
        if (question.Method != "GET")
            throw new Refusal(405, "unsupported operation");
        var versions = kv.Secrets.GetValueOrDefault(name) ?? throw new Refusal(404);
        return Envelope(new JsonObject { ["current_version"] = versions.Count, ["max_versions"] = 0 });
    }

    private static JsonObject Metadata(KvVersion version, int number) => new()
    {
        ["created_time"] = Rfc3339(version.CreatedAt),
        ["custom_metadata"] = null,
        ["deletion_time"] = version.DeletedAt is { } at ? Rfc3339(at) : "",
        ["destroyed"] = version.IsDestroyed,
        ["version"] = number,
    };

    /// <summary>Mounts a database engine: <c>creds/&lt;role&gt;</c> makes a user, <c>static-creds/&lt;role&gt;</c> shows one whose password rotates.</summary>
    public VaultServer MountDatabase(string path = "database", TimeSpan? ttl = null, TimeSpan? maxTtl = null, bool isRenewable = true, TimeSpan? rotation = null, string @namespace = "")
    {
        var (life, longest) = (ttl ?? TimeSpan.FromHours(1), maxTtl ?? TimeSpan.FromHours(24));
        var (period, since) = (rotation ?? TimeSpan.FromHours(24), Now);
        Add(@namespace, path, "database", question => (question.Method, question.Path.Split('/')) switch
        {
            ("GET", ["creds", var role]) => MakeUser(question, role, life, longest, isRenewable),
            ("GET", ["static-creds", _]) => Envelope(StaticUser(period, since)),
            (_, ["creds" or "static-creds", _]) => throw new Refusal(405, "unsupported operation"),
            _ => throw new Refusal(404, "unsupported path"),
        });
        return this;
    }

    private Answer MakeUser(Question question, string role, TimeSpan life, TimeSpan longest, bool isRenewable)
    {
        if (role.StartsWith("no-", StringComparison.Ordinal))
            throw new Refusal(400, $"unknown role: {role}");
        UsersMade++;
        var suffix = question.Namespace.Length == 0 ? "" : $".{question.Namespace}";
        var lease = new VaultLease($"{question.Mount}/creds/{role}/{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12))}{suffix}", question.Token.Id, life, Now + life, Now + longest, isRenewable, $"v-{role}-{UsersMade}");
        _leases.Add(lease.Id, lease);
        return Envelope(new JsonObject { ["username"] = lease.User, ["password"] = $"password-of-{lease.User}" }, lease.Id, life, isRenewable);
    }

    private JsonObject StaticUser(TimeSpan period, DateTimeOffset since)
    {
        var turns = (int)((Now - since) / period);
        return new JsonObject
        {
            ["username"] = "static",
            ["password"] = $"password-{turns}",
            ["ttl"] = (long)(since + (period * (turns + 1)) - Now).TotalSeconds,
            ["last_vault_rotation"] = Rfc3339(since + (period * turns)),
            ["rotation_period"] = (long)period.TotalSeconds,
        };
    }

    private Answer RenewLease(JsonObject arguments)
    {
        var id = Text(arguments, "lease_id");
        if (id.Length == 0)
            throw new Refusal(400, "lease_id must be specified");
        if (!_leases.TryGetValue(id, out var lease))
            throw new Refusal(400, "lease not found");
        if (!lease.IsRenewable)
            throw new Refusal(400, "lease is not renewable");
        var asked = arguments["increment"] is { } increment && long.Parse(increment.ToString(), CultureInfo.InvariantCulture) is > 0 and var seconds ? TimeSpan.FromSeconds(seconds) : lease.Life;
        var until = Now + asked < lease.LatestEnd ? Now + asked : lease.LatestEnd;
        _leases[id] = lease with { ExpiresAt = until };
        return Envelope(null, id, until - Now, renewable: true);
    }

    private Answer RevokeLease(JsonObject arguments)
    {
        if (_leases.TryGetValue(Text(arguments, "lease_id"), out var lease))
            End(lease);
        return new Answer(204, null);
    }

    /// <summary>Ends a lease, as an operator may.</summary>
    public void Revoke(VaultLease lease)
    {
        lock (_gate)
            End(lease);
    }

    private void End(VaultLease lease) => _leases.Remove(lease.Id);

    /// <summary>Mounts a certificate engine: <c>issue/&lt;role&gt;</c> for names under <paramref name="domain"/>.</summary>
    public VaultServer MountPki(string path = "pki", string domain = "example.com", TimeSpan? ttl = null, bool generatesLease = false, string @namespace = "")
    {
        _ = Pki;
        Add(@namespace, path, "pki", question => (question.Method, question.Path.Split('/')) switch
        {
            ("POST", ["issue", _]) => Issue(question, domain, ttl ?? TimeSpan.FromHours(72), generatesLease),
            (_, ["issue", _]) => throw new Refusal(405, "unsupported operation"),
            ("GET", ["cert", "ca"]) => Envelope(new JsonObject { ["certificate"] = Pki.Pem }),
            _ => throw new Refusal(404, "unsupported path"),
        });
        return this;
    }

    private Answer Issue(Question question, string domain, TimeSpan ttl, bool generatesLease)
    {
        var name = Text(question.Arguments, "common_name");
        if (name.Length == 0)
            throw new Refusal(400, "the common_name field is required, or must be provided in a CSR with \"use_csr_common_name\" set to true, unless \"require_cn\" is set to false");
        if (!name.EndsWith("." + domain, StringComparison.Ordinal))
            throw new Refusal(400, $"common name {name} not allowed by this role");
        if (Text(question.Arguments, "ttl") is { Length: > 0 } asked)
            ttl = asked.EndsWith('h') ? TimeSpan.FromHours(int.Parse(asked[..^1], CultureInfo.InvariantCulture))
                : asked.EndsWith('m') ? TimeSpan.FromMinutes(int.Parse(asked[..^1], CultureInfo.InvariantCulture))
                : TimeSpan.FromSeconds(int.Parse(asked.TrimEnd('s'), CultureInfo.InvariantCulture));

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        var serial = RandomNumberGenerator.GetBytes(16);
        serial[0] &= 0x7f;
        using var certificate = request.Create(Pki.Certificate.SubjectName, X509SignatureGenerator.CreateForECDsa(Pki.Certificate.GetECDsaPrivateKey()!), Now.AddSeconds(-30), Now + ttl, serial);
        var data = new JsonObject
        {
            ["certificate"] = certificate.ExportCertificatePem(),
            ["issuing_ca"] = Pki.Pem,
            ["ca_chain"] = new JsonArray(Pki.Pem),
            ["private_key"] = key.ExportECPrivateKeyPem(),
            ["private_key_type"] = "ec",
            ["serial_number"] = string.Join(':', serial.Select(one => one.ToString("x2", CultureInfo.InvariantCulture))),
            ["expiration"] = (Now + ttl).ToUnixTimeSeconds(),
        };
        if (Text(question.Arguments, "format") == "der")
            data["certificate"] = Convert.ToBase64String(certificate.RawData);
        if (!generatesLease)
            return Envelope(data);
        var lease = new VaultLease($"{question.Mount}/{question.Path}/{data["serial_number"]}", question.Token.Id, ttl, Now + ttl, Now + ttl, false, name);
        _leases.Add(lease.Id, lease);
        return Envelope(data, lease.Id, ttl, renewable: false);
    }

    /// <summary>Mounts a cipher engine: <c>decrypt/&lt;key&gt;</c> takes <c>vault:v1:</c> and base64, and gives base64.</summary>
    public VaultServer MountTransit(string path = "transit")
    {
        Add("", path, "transit", question => question is { Method: "POST", Path: ['d', 'e', 'c', 'r', 'y', 'p', 't', '/', ..] }
            ? Envelope(new JsonObject { ["plaintext"] = Text(question.Arguments, "ciphertext")["vault:v1:".Length..] })
            : throw new Refusal(405, "unsupported operation"));
        return this;
    }

    /// <summary>A KV store without versions.</summary>
    public sealed class Kv1
    {
        internal Dictionary<string, JsonObject> Secrets { get; } = new(StringComparer.Ordinal);

        /// <summary>Writes a secret, in JSON.</summary>
        public Kv1 Put(string path, string json)
        {
            Secrets[path] = JsonNode.Parse(json)!.AsObject();
            return this;
        }
    }

    /// <summary>A KV store with versions.</summary>
    public sealed class Kv2
    {
        internal Dictionary<string, List<KvVersion>> Secrets { get; } = new(StringComparer.Ordinal);

        /// <summary>Writes a version of a secret, in JSON.</summary>
        public Kv2 Put(string path, string json)
        {
            Put(path, JsonNode.Parse(json)!.AsObject(), DateTimeOffset.UnixEpoch);
            return this;
        }

        /// <summary>Deletes the newest version; it can be had back.</summary>
        public void Delete(string path, DateTimeOffset now) => Secrets[path][^1] = Secrets[path][^1] with { DeletedAt = now };

        /// <summary>Destroys the newest version.</summary>
        public void Destroy(string path) => Secrets[path][^1] = Secrets[path][^1] with { IsDestroyed = true };

        internal KvVersion Put(string path, JsonObject data, DateTimeOffset now)
        {
            if (!Secrets.TryGetValue(path, out var versions))
                Secrets[path] = versions = [];
            versions.Add(new KvVersion(data.DeepClone().AsObject(), now));
            return versions[^1];
        }
    }

    internal sealed record KvVersion(JsonObject Data, DateTimeOffset CreatedAt)
    {
        public DateTimeOffset? DeletedAt { get; init; }

        public bool IsDestroyed { get; init; }
    }
}

/// <summary>A lease of the server.</summary>
public sealed record VaultLease(string Id, string Token, TimeSpan Life, DateTimeOffset ExpiresAt, DateTimeOffset LatestEnd, bool IsRenewable, string User);
