using System.Collections.Immutable;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace ActorCsi.Grains.Providers.Gcp;

/// <summary>Which service account of Google's the annotations of a service account of the cluster name, and which ones lead to it.</summary>
/// <param name="Account">The account that pods act as; empty when they are themselves.</param>
/// <param name="Delegates">Accounts in between, each of which may act as the next; joined by spaces.</param>
internal readonly partial record struct ActingAs(string Account, string Delegates)
{
    private const string AccountAnnotation = "iam.gke.io/gcp-service-account";
    private const string DelegatesAnnotation = "iam.gke.io/gcp-service-account-delegates";

    /// <exception cref="VolumeException">An annotation makes no sense.</exception>
    public static ActingAs Read(StringMap annotations) => new(
        annotations[AccountAnnotation] is { Length: > 0 } account ? Checked(account, AccountAnnotation) : "",
        annotations[DelegatesAnnotation] is { Length: > 0 } json ? string.Join(' ', List(json).Select(one => Checked(one, DelegatesAnnotation))) : "");

    /// <summary>The accounts in <paramref name="delegates"/>.</summary>
    public static ImmutableArray<string> Each(string delegates) => [.. delegates.Split(' ', StringSplitOptions.RemoveEmptyEntries)];

    private static string[] List(string json)
    {
        string[]? list = null;
        try
        {
            list = JsonSerializer.Deserialize(json, GcpJson.Default.StringArray);
        }
        catch (JsonException)
        {
            // said below, for null too
        }
        return list ?? throw new VolumeException(VolumeError.Invalid, $"the service account's annotation {DelegatesAnnotation} is '{Words.Clip(json)}', expected a JSON list of e-mail addresses");
    }

    /// <summary>What stands in an address is looked at closely: a token goes there.</summary>
    private static string Checked(string? account, string annotation) => account is not null && Name().IsMatch(account) ? account
        : throw new VolumeException(VolumeError.Invalid, $"the service account's annotation {annotation} has '{Words.Clip(account ?? "")}', expected an e-mail address such as shop@project.iam.gserviceaccount.com");

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._-]*(@[A-Za-z0-9][A-Za-z0-9.:-]*)?\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Name();
}
