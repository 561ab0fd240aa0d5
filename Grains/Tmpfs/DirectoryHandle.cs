using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace ActorCsi.Grains.Tmpfs;

/// <summary>
/// An open directory, and what can be done to the names in it.
/// </summary>
/// <remarks>
/// A volume is mounted read-write in containers that ask for it, and their root may rename and link what is in it while we work. So
/// after the volume's root is open every step is relative to an open directory, takes one name and follows no link: a link that points
/// out of the volume is never walked. (One name at a time does the work of openat2(2) with RESOLVE_BENEATH and RESOLVE_NO_SYMLINKS, which
/// kernels before 5.6 lack.)
/// </remarks>
internal sealed class DirectoryHandle : SafeHandleMinusOneIsInvalid
{
    private const int LongestLink = 512; // what we write is at most "..data/" and a name of 255 bytes

    private readonly string _path; // for messages only

    private DirectoryHandle(int descriptor, string path) : base(ownsHandle: true)
    {
        SetHandle(descriptor);
        _path = path;
    }

    private int Descriptor => (int)handle;

    /// <summary>The path by which system calls without an -at form find this very directory, whatever happens to its name.</summary>
    public string ProcPath => $"/proc/self/fd/{Descriptor}";

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => Libc.Close((int)handle) == 0;

    /// <summary>Opens the directory at <paramref name="path"/> to work below it. Links on the way are followed: whoever can place one there owns the node.</summary>
    public static bool TryOpenPath(string path, [NotNullWhen(true)] out DirectoryHandle? directory)
    {
        var descriptor = Libc.Open(path, Libc.OpenPath | Libc.Directory);
        directory = descriptor < 0 ? null : new DirectoryHandle(descriptor, path);
        return directory is not null;
    }

    /// <summary>
    /// Takes hold of the directory <paramref name="name"/>, without a right to read it and without a look at what is mounted there. False when it
    /// is not there, is none, or cannot be reached; a link is none.
    /// </summary>
    public bool TryOpenPathOf(string name, [NotNullWhen(true)] out DirectoryHandle? directory)
        => TryOpenAs(name, Libc.OpenPath, out directory) || (Errno.IsShortage(Errno.Last) ? throw Failure("open", name) : false);

    /// <summary>Opens the directory <paramref name="name"/>. False when there is none by that name; a link is none.</summary>
    public bool TryOpen(string name, [NotNullWhen(true)] out DirectoryHandle? directory)
        => TryOpenAs(name, Libc.OpenRead, out directory)
            || (Errno.Last is Errno.ENoEnt or Errno.ENotDir or Errno.ELoop ? false : throw Failure("open", name));

    /// <summary>Opens the directory <paramref name="name"/>.</summary>
    public DirectoryHandle Open(string name) => TryOpen(name, out var directory) ? directory : throw Failure("open", name);

    /// <summary>Opens the directory at <paramref name="path"/> (<c>a/b</c>; empty for this directory), name by name. False when there is none.</summary>
    public bool TryDescend(string path, [NotNullWhen(true)] out DirectoryHandle? directory)
    {
        directory = Open(".");
        if (path.Length == 0)
            return true;
        foreach (var name in path.Split('/'))
        {
            using var above = directory;
            if (!above.TryOpen(name, out directory))
                return false;
        }
        return true;
    }

    private bool TryOpenAs(string name, int flags, [NotNullWhen(true)] out DirectoryHandle? directory)
    {
        var descriptor = Libc.OpenAt(this, name, flags | Libc.Directory | Libc.NoFollow, 0);
        directory = descriptor < 0 ? null : new DirectoryHandle(descriptor, PathOf(name));
        return directory is not null;
    }

    /// <summary>The names in this directory, as they are now, in no order.</summary>
    public List<string> Names()
    {
        var descriptor = Libc.OpenAt(this, ".", Libc.OpenRead | Libc.Directory, 0);
        if (descriptor < 0)
            throw Failure("open", ".");
        var stream = Libc.OpenDirectoryStream(descriptor);
        if (stream == 0)
        {
            var failure = Failure("read", ".");
            _ = Libc.Close(descriptor);
            throw failure;
        }

        var names = new List<string>();
        try
        {
            while (Libc.ReadDirectoryStream(stream) is var entry and not 0)
            {
                var name = Marshal.PtrToStringUTF8(entry + Libc.NameInDirectoryEntry)!;
                if (name is not ("." or ".."))
                    names.Add(name);
            }
            return names;
        }
        finally
        {
            _ = Libc.CloseDirectoryStream(stream); // closes the descriptor too
        }
    }

    /// <summary>Makes the directory <paramref name="name"/>. False when the name is taken.</summary>
    public bool TryMakeDirectory(string name, uint mode)
        => Libc.MkDirAt(this, name, mode) == 0 || (Errno.Last == Errno.EExist ? false : throw Failure("mkdir", name));

    /// <summary>Sets owner, group and mode of this directory, whatever the umask.</summary>
    public void SetOwner(uint group, uint mode)
    {
        if (Libc.FChOwn(Descriptor, 0, group) != 0 || Libc.FChMod(Descriptor, mode) != 0)
            throw Failure("change owner or mode of", ".");
    }

    /// <summary>Sets the mode of <paramref name="name"/>, whatever the umask.</summary>
    public void SetMode(string name, uint mode)
    {
        if (Libc.FChModAt(this, name, mode, 0) != 0)
            throw Failure("chmod", name);
    }

    /// <summary>
    /// Writes the new file <paramref name="name"/>. Nobody but root may open it before it is whole. tmpfs has no disk to reach: there is no fsync.
    /// </summary>
    public void WriteFile(string name, ReadOnlySpan<byte> content, uint group, uint mode)
    {
        var file = Libc.OpenAt(this, name, Libc.OpenNew | Libc.NoFollow, 0);
        if (file < 0)
            throw Failure("create", name);
        try
        {
            if (Libc.FChOwn(file, 0, group) != 0)
                throw Failure("chown", name);
            while (!content.IsEmpty)
            {
                var written = Libc.Write(file, content, content.Length);
                if (written <= 0)
                    throw Failure("write", name);
                content = content[(int)written..];
            }
            if (Libc.FChMod(file, mode) != 0) // open(2) takes the umask off; and last, when the content is whole
                throw Failure("chmod", name);
        }
        finally
        {
            _ = Libc.Close(file);
        }
    }

    /// <summary>Whether <paramref name="name"/> is a file with exactly this owner, mode and content.</summary>
    public bool FileIs(string name, ReadOnlySpan<byte> content, uint group, uint mode)
    {
        // O_NONBLOCK: somebody may have put a named pipe here, and a pipe keeps who opens it waiting.
        var file = Libc.OpenAt(this, name, Libc.OpenRead | Libc.NoFollow | Libc.NonBlock, 0);
        if (file < 0)
            return false;
        try
        {
            return Libc.StatX(file, "", Libc.AtEmptyPath, Libc.FileStatus.BasicMask, out var status) == 0
                && status.IsFile && status.User == 0 && status.Group == group && status.Permissions == mode
                && status.Size == (ulong)content.Length && ContentIs(file, content);
        }
        finally
        {
            _ = Libc.Close(file);
        }
    }

    /// <summary>The content of the file <paramref name="name"/>; null when there is no plain file by that name.</summary>
    /// <exception cref="VolumeException"><see cref="VolumeError.Full"/>: it has more than <paramref name="limit"/> bytes.</exception>
    public byte[]? ReadFile(string name, int limit)
    {
        var file = Libc.OpenAt(this, name, Libc.OpenRead | Libc.NoFollow | Libc.NonBlock, 0);
        if (file < 0)
            return Errno.IsShortage(Errno.Last) ? throw Failure("open", name) : null;
        try
        {
            if (Libc.StatX(file, "", Libc.AtEmptyPath, Libc.FileStatus.BasicMask, out var status) != 0)
                throw Failure("stat", name);
            if (!status.IsFile)
                return null;
            if (status.Size > (ulong)limit)
                throw new VolumeException(VolumeError.Full, $"{PathOf(name)} has {status.Size} bytes, expected at most {limit}");
            var content = new byte[status.Size];
            if (!TryFill(file, content))
                throw Failure("read", name);
            return content;
        }
        finally
        {
            _ = Libc.Close(file);
        }
    }

    private static bool TryFill(int file, Span<byte> content)
    {
        while (!content.IsEmpty)
        {
            var read = (int)Libc.Read(file, content, content.Length);
            if (read <= 0) // 0: somebody cut the file short meanwhile
                return false;
            content = content[read..];
        }
        return true;
    }

    private static bool ContentIs(int file, ReadOnlySpan<byte> content)
    {
        Span<byte> buffer = stackalloc byte[4096];
        try
        {
            while (!content.IsEmpty)
            {
                var read = (int)Libc.Read(file, buffer, Math.Min(buffer.Length, content.Length));
                if (read <= 0 || !content.StartsWith(buffer[..read]))
                    return false;
                content = content[read..];
            }
            return true;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(buffer);
        }
    }

    /// <summary>Whether this directory has exactly this owner and mode.</summary>
    public bool IsOwned(uint group, uint mode)
    {
        var status = Status();
        return status.User == 0 && status.Group == group && status.Permissions == mode;
    }

    /// <summary>What statx(2) says of this directory.</summary>
    public Libc.FileStatus Status() => Status("");

    /// <summary>What statx(2) says of the directory above: across the mount, where this is the root of one.</summary>
    public Libc.FileStatus StatusAbove() => Status("..");

    private Libc.FileStatus Status(string name)
        => Libc.StatX(Descriptor, name, Libc.AtEmptyPath | Libc.AtSymlinkNoFollow | Libc.AtNoAutomount, Libc.FileStatus.BasicMask, out var status) == 0
            ? status
            : throw Failure("stat", name);

    /// <summary>Whether anything is called <paramref name="name"/>.</summary>
    public bool Exists(string name)
        => Libc.StatX(Descriptor, name, Libc.AtSymlinkNoFollow | Libc.AtNoAutomount, 0, out _) == 0
            || (Errno.Last == Errno.ENoEnt ? false : throw Failure("stat", name));

    /// <summary>What statfs(2) says of the file system that this directory is on.</summary>
    public Libc.FileSystemStatus FileSystem() => Libc.FStatFs(this, out var status) == 0 ? status : throw Failure("statfs", ".");

    /// <summary>The text of the link <paramref name="name"/>; null when there is no such link, or its text is longer than any of ours.</summary>
    public string? ReadLink(string name)
    {
        Span<byte> text = stackalloc byte[LongestLink];
        var length = (int)Libc.ReadLinkAt(this, name, text, text.Length);
        if (length < 0)
            return Errno.Last is Errno.ENoEnt or Errno.EInval ? null : throw Failure("readlink", name); // EINVAL: not a link
        return length == text.Length ? null : Encoding.UTF8.GetString(text[..length]);
    }

    /// <summary>Makes a link called <paramref name="name"/> that says <paramref name="text"/>.</summary>
    public void Link(string name, string text)
    {
        if (Libc.SymlinkAt(text, this, name) != 0)
            throw Failure("symlink", name);
    }

    /// <summary>Renames in one step that every reader sees whole; a file or link called <paramref name="newName"/> is replaced.</summary>
    public void Rename(string name, string newName)
    {
        if (Libc.RenameAt(this, name, this, newName) != 0)
            throw Failure("rename", name);
    }

    /// <summary>Swaps two names in one step that every reader sees whole, whatever they name.</summary>
    public void Exchange(string name, string other)
    {
        if (Libc.RenameAt2(this, name, this, other, Libc.RenameExchange) != 0)
            throw Failure("exchange", name);
    }

    /// <summary>Moves <paramref name="name"/> to another directory of the same file system.</summary>
    public bool TryMove(string name, DirectoryHandle to, string newName) => Libc.RenameAt(this, name, to, newName) == 0;

    /// <summary>Removes a file, a link or an empty directory. True when the name is gone.</summary>
    public bool TryRemove(string name)
        => Libc.UnlinkAt(this, name, 0) == 0
            || Errno.Last == Errno.ENoEnt
            || (Errno.Last is Errno.EIsDir && Libc.UnlinkAt(this, name, Libc.AtRemoveDir) == 0);

    /// <summary>The path of <paramref name="name"/>, for messages.</summary>
    public string PathOf(string name) => name is "" or "." ? _path : $"{_path}/{name}";

    private VolumeException Failure(string what, string name) => Errno.Failure($"{what} {PathOf(name)}");
}
