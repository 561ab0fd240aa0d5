namespace ActorCsi.Silo.Serve;

/// <summary>
/// Lets the program be started as the peer is: secrets-store-csi-driver reads Go flags, which take one dash or two, and it has no
/// sub-commands.
/// </summary>
internal static class GoFlags
{
    /// <summary><c>-v=5</c> becomes <c>--v=5</c>, and flags without a command in front are meant for <c>serve</c>.</summary>
    public static string[] Translate(string[] args) => args switch
    {
        ["serve", .. var flags] => ["serve", .. flags.SelectMany(Words)],
        ["-h" or "-?" or "--help" or "--version", ..] => args,
        [['-', ..], ..] => ["serve", .. args.SelectMany(Words)],
        _ => args,
    };

    /// <summary><c>--x=</c> sets an empty text, as in Go; the parser would take the next word for the value.</summary>
    private static string[] Words(string arg) => TwoDashes(arg) is [.. var flag, '='] and ['-', '-', ..] ? [flag, ""] : [TwoDashes(arg)];

    private static string TwoDashes(string arg) => arg is not "-h" and ['-', var letter, ..] && char.IsAsciiLetter(letter) ? "-" + arg : arg;
}
