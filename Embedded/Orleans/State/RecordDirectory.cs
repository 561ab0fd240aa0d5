using System.Security.Cryptography;
using Orleans.Runtime;

namespace ActorCsi.GrainEngine;

/// <summary>
/// A directory of records, one file each: <c>root/grain type/key~name</c>.
/// <list type="number">
/// <item>A write makes a new file, makes it durable, and renames it over the old one; there is never half a record under its name.</item>
/// <item>What is read is checked: length, hash, and that the record is of the grain and name that its file name says.</item>
/// <item>Directories are 0700 and files 0600 from the moment they exist.</item>
/// <item>On a disk, work goes to the silo's scheduler, so that no turn waits for the disk; in memory it is done at once, which is faster than any hop.</item>
/// </list>
/// </summary>
internal sealed class RecordDirectory
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode PrivateDirectory = Private | UnixFileMode.UserExecute;
    private const string TemporaryPrefix = ".new-";
    private const string BadPrefix = ".bad-";

    private readonly string _root;
    private readonly Silo _silo;
    private readonly bool _isMemory;

    public RecordDirectory(string root, Silo silo)
    {
        _root = Path.GetFullPath(root);
        _silo = silo;
        Directory.CreateDirectory(_root, PrivateDirectory);
        File.SetUnixFileMode(_root, PrivateDirectory);
        _isMemory = new DriveInfo(_root).DriveFormat is "tmpfs" or "ramfs";
        RemoveTemporaries();
    }

    /// <summary>Does file work where it belongs.</summary>
    public Task<T> Run<T>(Func<T> work)
    {
        if (_isMemory)
            return Task.FromResult(Guarded());
        return Task.Factory.StartNew(Guarded, CancellationToken.None, TaskCreationOptions.DenyChildAttach, _silo.Options.Scheduler);

        // Work that a crash would have left undone stays undone.
        T Guarded() => _silo.IsKilled ? throw _silo.Unavailable() : work();
    }

    /// <summary>The record of a name; null when there is none that can be trusted.</summary>
    public Record? Read(GrainId grain, string name) => ReadFile(PathOf(grain, name), record => record.Grain == grain && record.Name == name);

    /// <summary>All records, in the order of their file names.</summary>
    public List<Record> ReadAll()
    {
        var records = new List<Record>();
        foreach (var directory in Directory.GetDirectories(_root).Order(StringComparer.Ordinal))
        {
            foreach (var path in Directory.GetFiles(directory).Where(IsRecord).Order(StringComparer.Ordinal))
            {
                if (ReadFile(path, record => PathOf(record.Grain, record.Name) == path) is { } record)
                    records.Add(record);
            }
        }
        return records;
    }

    public void Write(Record record)
    {
        var path = PathOf(record.Grain, record.Name);
        var directory = Path.GetDirectoryName(path)!;
        if (!Directory.Exists(directory))
        {
            Directory.CreateDirectory(directory, PrivateDirectory);
            Durable.Directory(_root, unless: _isMemory);
        }

        var temporary = Path.Combine(directory, TemporaryPrefix + Path.GetFileName(path));
        using (var file = Create(temporary))
        {
            RecordFormat.Write(file, record);
            if (!_isMemory)
                file.Flush(flushToDisk: true);
        }
        File.Move(temporary, path, overwrite: true);
        Durable.Directory(directory, unless: _isMemory);
    }

    /// <summary>Puts a record out of the way that is whole and yet of no use.</summary>
    /// <param name="record">The record.</param>
    /// <param name="fault">Ends the sentence "the file is set aside because …".</param>
    public void SetAside(Record record, string fault) => SetAside(PathOf(record.Grain, record.Name), fault);

    public void Delete(GrainId grain, string name)
    {
        var path = PathOf(grain, name);
        if (!File.Exists(path))
            return;
        File.Delete(path);
        Durable.Directory(Path.GetDirectoryName(path)!, unless: _isMemory);
    }

    private static FileStream Create(string path) => new(path, new FileStreamOptions
    {
        Mode = FileMode.Create,
        Access = FileAccess.Write,
        Share = FileShare.None,
        UnixCreateMode = Private,
        BufferSize = 0,
    });

    private static bool IsRecord(string path) => !Path.GetFileName(path).StartsWith('.');

    private string PathOf(GrainId grain, string name) =>
        Path.Combine(_root, FileNames.Encode(grain.Type.ToString()), FileNames.Encode(grain.Key.ToString(), name));

    private Record? ReadFile(string path, Func<Record, bool> isExpected)
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }

        try
        {
            var record = RecordFormat.Read(bytes);
            return isExpected(record) ? record : throw new FormatException($"it is the record \"{record.Name}\" of {record.Grain}");
        }
        catch (FormatException exception)
        {
            SetAside(path, exception.Message);
            return null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes); // a state may hold secrets; the record has a copy of its own
        }
    }

    private void SetAside(string path, string fault)
    {
        var aside = Path.Combine(Path.GetDirectoryName(path)!, BadPrefix + Path.GetFileName(path));
        for (var number = 2; File.Exists(aside); number++)
            aside = Path.Combine(Path.GetDirectoryName(path)!, $"{BadPrefix}{number}-{Path.GetFileName(path)}");
        File.Move(path, aside);
        _silo.Log.RecordSetAside(path, fault, aside);
    }

    // A crash between the write and the rename leaves its new file behind. Nobody was told that the write had succeeded.
    private void RemoveTemporaries()
    {
        foreach (var path in Directory.GetFiles(_root, TemporaryPrefix + "*", SearchOption.AllDirectories))
            File.Delete(path);
    }
}
