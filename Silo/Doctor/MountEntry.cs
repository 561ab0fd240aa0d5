using System.Text;

namespace ActorCsi.Silo.Doctor;

/// <summary>One line of <c>/proc/PID/mountinfo</c>: see proc_pid_mountinfo(5).</summary>
/// <param name="Root">Which directory of the file system is mounted.</param>
/// <param name="Point">Where.</param>
/// <param name="Options">The options of this mount.</param>
/// <param name="Propagation">The optional fields, such as <c>shared:7</c>.</param>
/// <param name="Type">The file system's type.</param>
/// <param name="Source">What it was mounted from, in the words of who did it.</param>
/// <param name="SuperOptions">The options of the file system.</param>
internal sealed record MountEntry(string Root, string Point, string[] Options, string[] Propagation, string Type, string Source, string[] SuperOptions)
{
    public bool IsReadOnly => Options.Contains("ro") || SuperOptions.Contains("ro");

    public bool IsShared => Propagation.Any(group => group.StartsWith("shared:", StringComparison.Ordinal));

    public bool IsInMemory => Type is "tmpfs" or "ramfs";

    public static IReadOnlyList<MountEntry> ReadAll(string mountinfo)
        => [.. mountinfo.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Read).OfType<MountEntry>()];

    private static MountEntry? Read(string line)
    {
        var fields = line.Split(' ');
        var dash = Array.IndexOf(fields, "-", 6);
        return dash < 0 || fields.Length < dash + 4 ? null : new MountEntry(
            Unescaped(fields[3]), Unescaped(fields[4]), fields[5].Split(','), fields[6..dash], fields[dash + 1], Unescaped(fields[dash + 2]), fields[dash + 3].Split(','));
    }

    /// <summary>Space, tab, newline and backslash are written as three octal digits.</summary>
    private static string Unescaped(string field)
    {
        if (!field.Contains('\\', StringComparison.Ordinal))
            return field;
        var text = new StringBuilder();
        for (var i = 0; i < field.Length; i++)
        {
            if (field[i] == '\\' && i + 3 < field.Length)
            {
                text.Append((char)Convert.ToInt32(field.Substring(i + 1, 3), 8));
                i += 3;
            }
            else
            {
                text.Append(field[i]);
            }
        }
        return text.ToString();
    }
}
