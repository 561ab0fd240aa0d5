namespace ActorCsi.Silo.Serve;

/// <summary>
/// Lets the program be started as the peer is: secrets-store-csi-driver reads Go flags, which take one dash or two, and it has no
/// sub-commands.
/// </summary>
internal static class GoFlags
{
    /// <summary><c>-endpoint=x</c> becomes <c>--endpoint=x</c>, and flags without a command in front are meant for <c>serve</c>.</summary>
    public static string[] Translate(string[] args)
    {
        if (args.Length == 0 || !args[0].StartsWith('-') || args[0] is "-h" or "-?" or "--help" or "--version")
            return args;
        return ["serve", .. args.Select(arg => IsOneDash(arg) ? "-" + arg : arg)];
    }

    private static bool IsOneDash(string arg) => arg.Length > 2 && arg[0] == '-' && char.IsAsciiLetter(arg[1]) && arg[2] != ' ';
}
