using System.Globalization;

namespace ActorCsi.Grains.Providers.Certificates;

/// <summary>Options that several providers of certificates have, beside <see cref="CertificateFiles.Options"/>.</summary>
internal static class CommonOptions
{
    private const int SmallestRsa = 2048;
    private const int LargestRsa = 8192;

    /// <summary>The key pair, by its name (<c>keyType</c>) or, as cert-manager has it, by algorithm and size.</summary>
    public static readonly string[] Key = ["keyType", "keyAlgorithm", "keySize"];

    public static KeyType KeyTypeOf(OptionReader options, KeyType otherwise)
    {
        if (options["keyType"] is { } name)
        {
            foreach (var other in Key.Skip(1).Where(option => options[option] is not null))
                options.Fault(other, "is given beside keyType, expected one or the other");
            if (KeyType.Find(name) is { } type)
                return type;
            options.Fault("keyType", $"is '{Words.Clip(name)}', expected {string.Join(", ", KeyType.All.Select(known => known.Name))}");
            return otherwise;
        }
        return options["keyAlgorithm"]?.ToUpperInvariant() switch
        {
            null => options["keySize"] is null ? otherwise : otherwise.IsRsa ? Rsa(options) : Curve(options),
            "RSA" => Rsa(options),
            "ECDSA" => Curve(options),
            "ED25519" => Refuse(options, otherwise, "is Ed25519, which the platform of this driver cannot make; expected ECDSA or RSA"),
            var algorithm => Refuse(options, otherwise, $"is '{Words.Clip(algorithm)}', expected RSA or ECDSA"),
        };
    }

    /// <summary>How long before its end a certificate is renewed.</summary>
    public static TimeSpan? RenewBefore(OptionReader options) => options.Duration("renewBefore", shortest: 1);

    /// <summary>The group of the files.</summary>
    public static uint? Group(OptionReader options)
    {
        if (options["fsGroup"] is not { } text)
            return null;
        if (uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var group) && group is > 0 and < uint.MaxValue) // the last one means "none" to chown(2)
            return group;
        options.Fault("fsGroup", $"is '{Words.Clip(text)}', expected a group id from 1 to {uint.MaxValue - 1}");
        return null;
    }

    /// <summary>The value of an option that must be given; empty, with a fault, where it is not.</summary>
    public static string Required(OptionReader options, string option, string expected)
    {
        if (options[option] is { } value)
            return value;
        options.Fault(option, $"is missing, expected {expected}");
        return "";
    }

    private static KeyType Rsa(OptionReader options)
    {
        if (options["keySize"] is not { } text)
            return KeyType.Rsa(SmallestRsa);
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var bits) && bits is >= SmallestRsa and <= LargestRsa && bits % 8 == 0)
            return KeyType.Rsa(bits);
        return Refuse(options, KeyType.Rsa(SmallestRsa), $"is '{Words.Clip(text)}', expected {SmallestRsa} to {LargestRsa} for RSA, a multiple of 8", "keySize");
    }

    private static KeyType Curve(OptionReader options)
        => KeyType.Find($"ecdsa-p{options["keySize"] ?? "256"}") ?? Refuse(options, KeyType.All[0], $"is '{Words.Clip(options["keySize"]!)}', expected 256, 384 or 521 for ECDSA", "keySize");

    private static KeyType Refuse(OptionReader options, KeyType otherwise, string fault, string option = "keyAlgorithm")
    {
        options.Fault(option, fault);
        return otherwise;
    }
}
