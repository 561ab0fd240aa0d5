using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ActorCsi.Grains.Tmpfs;

namespace ActorCsi.Grains.Providers.Certificates;

/// <summary>The files that a certificate and its key become, whoever issues it: the same names, modes and encodings for every provider of certificates.</summary>
internal sealed record CertificateFiles
{
    /// <summary>The key under which nodePublishSecretRef's Secret may bring the password, so that it need not stand in the class.</summary>
    public const string Pkcs12PasswordKey = "pkcs12Password";

    private const string Pkcs12Option = "pkcs12";

    /// <summary>The options of a class that say what the files are to be.</summary>
    public static readonly string[] Options =
    [
        "keyEncoding", "certificateFile", "privateKeyFile", "caFile", "mode", "privateKeyMode", Pkcs12Option, "pkcs12Filename", Pkcs12PasswordKey, "pkcs12Profile",
    ];

    /// <summary>Whether an RSA key is written as PKCS#1 rather than PKCS#8.</summary>
    public required bool Pkcs1 { get; init; }

    /// <summary>The file of certificate and chain.</summary>
    public required string CertificateFile { get; init; }

    /// <summary>The file of the private key.</summary>
    public required string PrivateKeyFile { get; init; }

    /// <summary>The file of the certificates to trust.</summary>
    public required string CaFile { get; init; }

    /// <summary>Permission bits of certificate and CA.</summary>
    public required int Mode { get; init; }

    /// <summary>Permission bits of what holds the private key.</summary>
    public required int PrivateKeyMode { get; init; }

    /// <summary>The PKCS#12 file; null when none is asked for.</summary>
    public required Pkcs12File? Pkcs12 { get; init; }

    /// <summary>What a class says of its files.</summary>
    /// <param name="options">The class's options; faults are told to it.</param>
    /// <param name="keyType">The kind of the private key.</param>
    /// <param name="otherwise">What counts where the class says nothing.</param>
    public static CertificateFiles Read(OptionReader options, KeyType keyType, FileDefaults otherwise)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var mode = Permissions(options, "mode", otherwise.Mode);
        return new CertificateFiles
        {
            Pkcs1 = IsPkcs1(options, keyType, otherwise.Pkcs1 && keyType.IsRsa),
            CertificateFile = FileName(options, names, "certificateFile", "tls.crt"),
            PrivateKeyFile = FileName(options, names, "privateKeyFile", "tls.key"),
            CaFile = FileName(options, names, "caFile", "ca.crt"),
            Mode = mode,
            PrivateKeyMode = Permissions(options, "privateKeyMode", mode),
            Pkcs12 = Pkcs12Of(options, names, otherwise),
        };
    }

    /// <summary>The password of the PKCS#12 file; null when there is to be no such file.</summary>
    /// <exception cref="VolumeException">There is to be one, and nobody says a password.</exception>
    public Secret? Password(FetchRequest request)
    {
        if (Pkcs12 is not { } pkcs12)
            return null;
        return pkcs12.Password
            ?? request.NodePublishSecrets.FirstOrDefault(secret => secret.Name == Pkcs12PasswordKey || VolumeSpec.IsSecret(secret.Name)).Value
            ?? throw new VolumeException(VolumeError.Invalid,
                $"{request.Class.Title}: {Pkcs12Option} needs a password: give {pkcs12.PasswordParameter}, or the key {Pkcs12PasswordKey} in the Secret of nodePublishSecretRef");
    }

    /// <summary>The files. The caller owns them.</summary>
    /// <param name="certificate">The certificate.</param>
    /// <param name="key">Its private key.</param>
    /// <param name="chain">What leads up to a root.</param>
    /// <param name="pem">Certificate and chain, as PEM.</param>
    /// <param name="trusted">The certificates to trust, as PEM; null where nobody knows, and then there is no such file.</param>
    /// <param name="password">As <see cref="Password"/> gave it.</param>
    public ImmutableArray<SecretFile> Write(
        X509Certificate2 certificate, AsymmetricAlgorithm key, IEnumerable<X509Certificate2> chain, byte[] pem, byte[]? trusted, Secret? password)
    {
        var files = ImmutableArray.CreateBuilder<SecretFile>(4);
        files.Add(new SecretFile(CertificateFile, Mode, new Secret(pem)));
        files.Add(new SecretFile(PrivateKeyFile, PrivateKeyMode, Encode(key)));
        if (trusted is not null)
            files.Add(new SecretFile(CaFile, Mode, new Secret(trusted)));
        if (Pkcs12 is { } pkcs12)
            files.Add(new SecretFile(pkcs12.File, PrivateKeyMode, new Secret(Archive(certificate, key, chain, pkcs12.IsLegacy, password!))));
        return files.ToImmutable();
    }

    private Secret Encode(AsymmetricAlgorithm key)
        => Pkcs1 && key is RSA rsa
            ? Pem.WriteSecret("RSA PRIVATE KEY", rsa.ExportRSAPrivateKey())
            : Pem.WriteSecret("PRIVATE KEY", key.ExportPkcs8PrivateKey());

    private static byte[] Archive(X509Certificate2 certificate, AsymmetricAlgorithm key, IEnumerable<X509Certificate2> chain, bool isLegacy, Secret password)
    {
        using var withKey = key is RSA rsa ? certificate.CopyWithPrivateKey(rsa) : certificate.CopyWithPrivateKey((ECDsa)key);
        X509Certificate2Collection all = [withKey, .. chain];
        return all.ExportPkcs12(isLegacy ? Pkcs12ExportPbeParameters.Pkcs12TripleDesSha1 : Pkcs12ExportPbeParameters.Pbes2Aes256Sha256, password.ExposeText());
    }

    private static bool IsPkcs1(OptionReader options, KeyType keyType, bool otherwise)
    {
        if (options["keyEncoding"] is not { } encoding)
            return otherwise;
        var isPkcs1 = encoding.Equals("PKCS1", StringComparison.OrdinalIgnoreCase);
        if (!isPkcs1 && !encoding.Equals("PKCS8", StringComparison.OrdinalIgnoreCase))
            options.Fault("keyEncoding", $"is '{Words.Clip(encoding)}', expected PKCS8 or PKCS1");
        else if (isPkcs1 && !keyType.IsRsa)
            options.Fault("keyEncoding", $"is PKCS1, which is for RSA keys only; expected PKCS8 with keyType {keyType.Name}");
        return isPkcs1;
    }

    private static string FileName(OptionReader options, HashSet<string> names, string option, string otherwise)
    {
        var path = options[option] ?? otherwise;
        if (FilePath.BrokenRule(path) is { } rule)
            options.Fault(option, rule);
        else if (!names.Add(path))
            options.Fault(option, $"is '{Words.Clip(path)}', as another file of the class is; expected each name once");
        return path;
    }

    private static int Permissions(OptionReader options, string option, int otherwise)
    {
        if (options[option] is not { } text)
            return otherwise;
        if (!FilePermissions.TryReadText(text, out var mode))
            options.Fault(option, $"is '{Words.Clip(text)}', {FilePermissions.Expected}");
        return mode;
    }

    private static Pkcs12File? Pkcs12Of(OptionReader options, HashSet<string> names, FileDefaults otherwise)
    {
        if (options.YesNo(Pkcs12Option))
            return new Pkcs12File(FileName(options, names, "pkcs12Filename", "keystore.p12"), IsLegacy(options, otherwise.Pkcs12IsLegacy),
                options[Pkcs12PasswordKey] is { } text and not Secret.Redacted ? Secret.FromText(text) : null, options.Parameter(Pkcs12PasswordKey));
        if (options[Pkcs12Option] is null || (options[Pkcs12Option] == "false" && !otherwise.Pkcs12MayRest))
            foreach (var name in options.Given.Where(name => name.StartsWith(Pkcs12Option, StringComparison.Ordinal) && name.Length > Pkcs12Option.Length))
                options.Fault(name, $"is given without {options.Written(Pkcs12Option)}: \"true\"");
        return null;
    }

    private static bool IsLegacy(OptionReader options, bool otherwise)
    {
        if (options["pkcs12Profile"] is not { } profile)
            return otherwise;
        var isLegacy = profile.Equals("LegacyDES", StringComparison.OrdinalIgnoreCase);
        if (!isLegacy && !profile.Equals("Modern2023", StringComparison.OrdinalIgnoreCase))
            options.Fault("pkcs12Profile", $"is '{Words.Clip(profile)}', expected Modern2023 or LegacyDES");
        return isLegacy;
    }
}

/// <summary>What counts where a class says nothing of its files.</summary>
/// <param name="Mode">Permission bits.</param>
/// <param name="Pkcs1">Whether RSA keys are written as PKCS#1.</param>
/// <param name="Pkcs12IsLegacy">See <see cref="Pkcs12File"/>.</param>
/// <param name="Pkcs12MayRest">Whether a class may say how a PKCS#12 file would be, and that it wants none.</param>
internal readonly record struct FileDefaults(int Mode, bool Pkcs1, bool Pkcs12IsLegacy, bool Pkcs12MayRest)
{
    /// <summary>Of the providers that are ours alone.</summary>
    public static FileDefaults Ours { get; } = new(SecretFile.DefaultMode, Pkcs1: false, Pkcs12IsLegacy: false, Pkcs12MayRest: false);

    /// <summary>As cert-manager's driver writes them: 0440, PKCS#1, and the older ciphers, which its users' programs can read.</summary>
    public static FileDefaults CertManagers { get; } = new(0x120, Pkcs1: true, Pkcs12IsLegacy: true, Pkcs12MayRest: true);
}

/// <summary>The PKCS#12 file that a class asks for.</summary>
/// <param name="File">Its path.</param>
/// <param name="IsLegacy">
/// Whether it is enciphered with 3DES and SHA-1, for readers that know nothing newer (Java 8 before 8u301, Windows Server 2016), rather
/// than with AES-256 and SHA-256. The names of the two are cert-manager's.
/// </param>
/// <param name="Password">The password in the class; null when it is to come among the volume's secrets.</param>
/// <param name="PasswordParameter">The parameter that it would stand in.</param>
internal sealed record Pkcs12File(string File, bool IsLegacy, Secret? Password, string PasswordParameter);
