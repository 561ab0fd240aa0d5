using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace ActorCsi.Fakes.Stores.Azure;

/// <summary>Secrets, keys and certificates, and their versions.</summary>
public sealed partial class KeyVaultServer
{
    private readonly Dictionary<(string Kind, string Name), List<StoredVersion>> _objects = [];
    private int _versions;

    /// <summary>Puts a version of a secret. What it says of its end is for who reads it: it is given out afterwards too.</summary>
    /// <returns>The version.</returns>
    public string PutSecret(string name, string value, string? contentType = null, DateTimeOffset? expiresAt = null)
    {
        lock (_gate)
        {
            var version = Add("secrets", name, new JsonObject { ["value"] = value, ["contentType"] = contentType });
            Find("secrets", name, version).ExpiresAt = expiresAt;
            return version;
        }
    }

    /// <summary>Puts a version of a key: the public half of it, as a JSON Web Key.</summary>
    /// <returns>The version.</returns>
    public string PutKey(string name, AsymmetricAlgorithm key, bool isInHardware = false)
    {
        lock (_gate)
            return Add("keys", name, new JsonObject { ["key"] = WebKey(key, isInHardware) });
    }

    /// <summary>Puts a version of a key of which only these fields are known.</summary>
    /// <returns>The version.</returns>
    public string PutKey(string name, JsonObject webKey)
    {
        lock (_gate)
            return Add("keys", name, new JsonObject { ["key"] = webKey });
    }

    /// <summary>Puts a version of a certificate, which is a secret, a key and a certificate of one name and version.</summary>
    /// <param name="name">The name.</param>
    /// <param name="leaf">The certificate.</param>
    /// <param name="value">The certificate, its key and what leads up to an authority: in PEM, or PKCS#12 in base64.</param>
    /// <param name="contentType">Which of the two, as the service says it.</param>
    /// <returns>The version.</returns>
    public string PutCertificate(string name, X509Certificate2 leaf, string value, string contentType = "application/x-pkcs12")
    {
        lock (_gate)
        {
            var version = Add("certificates", name, new JsonObject { ["cer"] = Convert.ToBase64String(leaf.RawData), ["x5t"] = Base64Url.EncodeToString(leaf.GetCertHash()) });
            var fields = Find("certificates", name, version).Fields;
            (fields["kid"], fields["sid"]) = (Id("keys", name, version), Id("secrets", name, version));
            fields["policy"] = new JsonObject
            {
                ["id"] = $"https://{Host}/certificates/{name}/policy",
                ["key_props"] = new JsonObject { ["exportable"] = true, ["kty"] = leaf.GetRSAPublicKey() is null ? "EC" : "RSA", ["reuse_key"] = false },
                ["secret_props"] = new JsonObject { ["contentType"] = contentType },
                ["x509_props"] = new JsonObject { ["subject"] = leaf.Subject, ["validity_months"] = 12 },
                ["issuer"] = new JsonObject { ["name"] = "Unknown" },
            };
            Add("secrets", name, new JsonObject { ["value"] = value, ["contentType"] = contentType, ["kid"] = Id("keys", name, version), ["managed"] = true }, version);
            Add("keys", name, new JsonObject { ["key"] = WebKey(leaf.GetRSAPublicKey() ?? (AsymmetricAlgorithm)leaf.GetECDsaPublicKey()!, false), ["managed"] = true }, version);
            return version;
        }
    }

    /// <summary>Turns a version off, or on.</summary>
    public void Enable(string kind, string name, string version, bool isEnabled)
    {
        lock (_gate)
            Find(kind, name, version).IsEnabled = isEnabled;
    }

    private string Add(string kind, string name, JsonObject fields, string? version = null)
    {
        version ??= (++_versions).ToString("x32", CultureInfo.InvariantCulture);
        if (!_objects.TryGetValue((kind, name), out var versions))
            _objects[(kind, name)] = versions = [];
        versions.Add(new StoredVersion(version, fields, Now.ToUnixTimeSeconds()));
        return version;
    }

    private JsonObject Get(string kind, string name, string version)
    {
        var found = Find(kind, name, version);
        if (!found.IsEnabled)
            throw new Refusal(403, "Forbidden", $"Operation get is not allowed on a disabled {Word(kind)}.", $"{Word(kind, capital: true)}Disabled");
        return Bundle(kind, name, found);
    }

    private JsonObject List(string kind, string name, IQueryCollection query)
    {
        var versions = _objects.GetValueOrDefault((kind, name)) ?? []; // of what does not exist there are no versions, and no error
        var from = query["$skiptoken"].ToString() is { Length: > 0 } token ? int.Parse(Encoding.ASCII.GetString(Base64Url.DecodeFromChars(token)), CultureInfo.InvariantCulture) : 0;
        var size = int.TryParse(query["maxresults"], CultureInfo.InvariantCulture, out var most) ? Math.Min(most, PageSize) : PageSize;
        var page = versions.Skip(from).Take(size).ToArray();
        var isMore = from + page.Length < versions.Count || (LastPageIsEmpty && page.Length > 0);
        return new JsonObject
        {
            ["value"] = new JsonArray([.. page.Select(version => (JsonNode)Properties(kind, name, version))]),
            // with the port, which goes without saying elsewhere
            ["nextLink"] = isMore
                ? $"https://{Host}:443/{kind}/{name}/versions?api-version={query["api-version"]}&$skiptoken={Base64Url.EncodeToString(Encoding.ASCII.GetBytes((from + page.Length).ToString(CultureInfo.InvariantCulture)))}&maxresults={size}"
                : null,
        };
    }

    private JsonObject Put(string name, JsonObject arguments)
    {
        var version = Add("secrets", name, new JsonObject { ["value"] = arguments["value"]?.DeepClone() ?? throw new Refusal(400, "BadParameter", "Property  value is null"), ["contentType"] = arguments["contentType"]?.DeepClone() });
        return Bundle("secrets", name, Find("secrets", name, version));
    }

    private JsonObject Patch(string kind, string name, string version, JsonObject arguments)
    {
        var found = Find(kind, name, version);
        found.IsEnabled = (bool?)arguments["attributes"]?["enabled"] ?? found.IsEnabled;
        return Properties(kind, name, found);
    }

    private JsonObject Create(string name, JsonObject arguments)
    {
        using AsymmetricAlgorithm key = (string?)arguments["kty"] == "EC" ? ECDsa.Create(ECCurve.NamedCurves.nistP256) : RSA.Create(2048);
        var version = Add("keys", name, new JsonObject { ["key"] = WebKey(key, isInHardware: false) });
        return Bundle("keys", name, Find("keys", name, version));
    }

    private JsonObject Import(string name, JsonObject arguments)
    {
        var value = (string)arguments["value"]!;
        using var leaf = X509CertificateLoader.LoadPkcs12(Convert.FromBase64String(value), (string?)arguments["pwd"] ?? "");
        var version = PutCertificate(name, leaf, value);
        return Bundle("certificates", name, Find("certificates", name, version));
    }

    private StoredVersion Find(string kind, string name, string version)
    {
        if (name.Length is 0 or > 127 || !name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '-'))
            throw new Refusal(400, "BadParameter", $"The request URI contains an invalid name: {name}");
        var found = _objects.GetValueOrDefault((kind, name))?.LastOrDefault(one => version.Length == 0 || one.Version == version);
        return found ?? throw new Refusal(404, $"{Word(kind, capital: true)}NotFound",
            $"A {Word(kind)} with (name/id) {name}{(version.Length == 0 ? "" : "/" + version)} was not found in this key vault. If you recently deleted this {Word(kind)} you may be able to recover it using the correct recovery command.");
    }

    private JsonObject Bundle(string kind, string name, StoredVersion version)
    {
        var bundle = Properties(kind, name, version);
        foreach (var (field, value) in version.Fields)
            if (value is not null)
                bundle[field] = value.DeepClone();
        if (kind != "keys")
            return bundle;
        bundle.Remove("kid"); // a key's id is inside the key
        bundle["key"]!["kid"] = Id(kind, name, version.Version);
        return bundle;
    }

    /// <summary>All but the content: what lists have.</summary>
    private JsonObject Properties(string kind, string name, StoredVersion version)
    {
        var properties = new JsonObject
        {
            [kind == "keys" ? "kid" : "id"] = Id(kind, name, version.Version),
            ["attributes"] = new JsonObject
            {
                ["enabled"] = version.IsEnabled,
                ["created"] = version.Created,
                ["updated"] = version.Created,
                ["recoveryLevel"] = "Recoverable+Purgeable",
                ["recoverableDays"] = 90,
            },
            ["tags"] = new JsonObject(),
        };
        if (version.ExpiresAt is { } end)
            properties["attributes"]!["exp"] = end.ToUnixTimeSeconds();
        if (kind == "secrets" && version.Fields["contentType"] is { } type)
            properties["contentType"] = type.DeepClone();
        if (kind == "certificates")
            properties["x5t"] = version.Fields["x5t"]!.DeepClone();
        return properties;
    }

    private string Id(string kind, string name, string version) => $"https://{Host}/{kind}/{name}/{version}";

    private static string Word(string kind, bool capital = false)
        => capital ? char.ToUpperInvariant(kind[0]) + kind[1..^1] : kind[..^1];

    private static JsonObject WebKey(AsymmetricAlgorithm key, bool isInHardware)
    {
        var suffix = isInHardware ? "-HSM" : "";
        if (key is RSA rsa)
        {
            var numbers = rsa.ExportParameters(false);
            return new() { ["kty"] = "RSA" + suffix, ["key_ops"] = new JsonArray("sign", "verify"), ["n"] = Base64Url.EncodeToString(numbers.Modulus), ["e"] = Base64Url.EncodeToString(numbers.Exponent) };
        }
        var point = ((ECDsa)key).ExportParameters(false);
        return new()
        {
            ["kty"] = "EC" + suffix,
            ["key_ops"] = new JsonArray("sign", "verify"),
            ["crv"] = $"P-{key.KeySize}",
            ["x"] = Base64Url.EncodeToString(point.Q.X),
            ["y"] = Base64Url.EncodeToString(point.Q.Y),
        };
    }

    private sealed record StoredVersion(string Version, JsonObject Fields, long Created)
    {
        public bool IsEnabled { get; set; } = true;

        public DateTimeOffset? ExpiresAt { get; set; }
    }
}
