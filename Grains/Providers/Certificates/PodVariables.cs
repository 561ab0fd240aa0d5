using System.Text.RegularExpressions;

namespace ActorCsi.Grains.Providers.Certificates;

/// <summary>The variables that names in a class may hold, as in cert-manager's driver: <c>${POD_NAME}.${POD_NAMESPACE}.svc</c>.</summary>
internal static partial class PodVariables
{
    private static readonly (string Name, Func<PodIdentity, string> Value)[] Variables =
    [
        ("POD_NAME", pod => pod.Name),
        ("POD_NAMESPACE", pod => pod.Namespace),
        ("POD_UID", pod => pod.Uid),
        ("SERVICE_ACCOUNT_NAME", pod => pod.ServiceAccount),
    ];

    /// <summary>What is wrong with the variables in <paramref name="text"/>; null when nothing is.</summary>
    public static string? Fault(string text)
    {
        foreach (Match match in Variable().Matches(text))
            if (Find(match.Groups["name"].Value) is null)
                return $"has the unknown variable '{Words.Clip(match.Value)}', expected {string.Join(", ", Variables.Select(variable => $"${{{variable.Name}}}"))}";
        return null;
    }

    /// <summary>The text with the pod's values in place of variables, of which none is unknown.</summary>
    public static string Expand(string text, PodIdentity pod) => Variable().Replace(text, match => Find(match.Groups["name"].Value)!(pod));

    private static Func<PodIdentity, string>? Find(string name) => Variables.FirstOrDefault(variable => variable.Name == name).Value;

    [GeneratedRegex(@"\$(\{(?<name>[^}]*)\}|(?<name>[A-Za-z_][A-Za-z0-9_]*))?", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Variable();
}
