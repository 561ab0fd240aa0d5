using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ActorCsi.Grains.Classes;

/// <summary>
/// SecretProviderClasses out of the <c>.yaml</c>, <c>.yml</c> and <c>.json</c> files of a directory, for nodes without a cluster and for
/// classes that come with the node.
/// </summary>
/// <remarks>
/// The directory is looked at every two seconds, and only files whose <see cref="FileStamp"/> is another are read again. Links are
/// followed, so that a mounted ConfigMap works, which swaps a link to a directory. A file with any fault is reported, and its last good
/// version stays in force; a class in two files is reported, and the first file by name has it. Each fault is logged once.
/// </remarks>
public sealed class DirectoryClassSource : IClassSource, IHostedService, IDisposable
{
    private const long LargestFile = 4 << 20;
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(2);
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly string _directory;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly Lock _scanning = new();

    private ITimer? _timer;
    private SortedDictionary<string, LoadedFile> _files = new(StringComparer.Ordinal); // under _scanning
    private HashSet<string> _twins = []; // classes in two files, as logged; under _scanning
    private string? _unlisted; // why the directory could not be listed, as logged; under _scanning
    private volatile FrozenDictionary<(string Namespace, string Name), SecretProviderClass>? _classes;

    /// <summary>Classes out of <paramref name="directory"/>, which need not exist yet.</summary>
    public DirectoryClassSource(string directory, TimeProvider time, ILogger<DirectoryClassSource> log)
        => (_directory, _time, _log) = (directory, time, log);

    /// <inheritdoc/>
    public event Action<ClassName>? Changed;

    /// <inheritdoc/>
    public ValueTask<SecretProviderClass?> Find(string @namespace, string name, CancellationToken cancellationToken) => new(Peek(@namespace, name));

    /// <inheritdoc/>
    public SecretProviderClass? Peek(string @namespace, string name)
    {
        if (_classes is null)
            Look(); // asked before the host has started
        return _classes!.GetValueOrDefault((@namespace, name));
    }

    /// <summary>Begins to look for changes; the first look is not waited for.</summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _timer = _time.CreateTimer(_ => LookAgain(), null, TimeSpan.Zero, LookEvery);
        return Task.CompletedTask;
    }

    /// <summary>Looks no more; what was read can still be found.</summary>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        Dispose();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public void Dispose() => _timer?.Dispose();

    private void LookAgain()
    {
        try
        {
            Look();
        }
        catch (Exception failure) // the last border of a timer: what escapes here would end the process
        {
            Log.ClassesNotRead(_log, _directory, failure);
        }
    }

    /// <summary>Reads what has changed. Most of the time nothing has.</summary>
    private void Look()
    {
        IEnumerable<ClassName> changed;
        lock (_scanning)
        {
            var files = ListFiles() is { } paths ? Load(paths) : _files;
            if (_classes is not null && AreSame(files, _files))
                return;
            _files = files;
            changed = Publish();
        }
        foreach (var name in changed)
            Changed?.Invoke(name);
    }

    private static bool AreSame(SortedDictionary<string, LoadedFile> files, SortedDictionary<string, LoadedFile> others)
        => files.Count == others.Count && files.All(file => ReferenceEquals(file.Value, others.GetValueOrDefault(file.Key)));

    private List<string>? ListFiles()
    {
        try
        {
            List<string> paths = [.. Directory.EnumerateFileSystemEntries(_directory).Where(IsClassFile)];
            _unlisted = null;
            return paths;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (_unlisted != e.Message)
                Log.ClassesNotListed(_log, _directory, e.Message);
            _unlisted = e.Message;
            return null;
        }
    }

    private static bool IsClassFile(string path)
        => Path.GetExtension(path) is ".yaml" or ".yml" or ".json" && !Path.GetFileName(path).StartsWith('.');

    private SortedDictionary<string, LoadedFile> Load(List<string> paths)
    {
        var files = new SortedDictionary<string, LoadedFile>(StringComparer.Ordinal);
        foreach (var path in paths)
            if (Load(path, _files.GetValueOrDefault(path)) is { } file)
                files.Add(path, file);
        return files;
    }

    /// <summary>The file as it is now, or as it last was good; null when there is none (any more).</summary>
    private LoadedFile? Load(string path, LoadedFile? last)
    {
        if (FileStamp.Of(path) is not { IsFile: true } stamp)
            return null;
        if (stamp == last?.Stamp)
            return last;

        last ??= new LoadedFile(null, []);
        try
        {
            if (stamp.Size == 0) // what a file is for a moment when an editor writes it in place
                return Refuse(path, stamp, last, new ClassFault(0, "", "is empty; to take its classes away, remove it"));
            if (stamp.Size > LargestFile)
                return Refuse(path, stamp, last, new ClassFault(0, "", $"is larger than {LargestFile >> 20} MiB"));
            var text = StrictUtf8.GetString(File.ReadAllBytes(path));
            if (FileStamp.Of(path) != stamp)
                return last; // written to while it was read; the next look reads it again
            return Accept(path, stamp, ClassFile.Read(text), last);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return Refuse(path, stamp, last, new ClassFault(0, "", e is ArgumentException ? "is not UTF-8" : $"cannot be read: {e.Message}"));
        }
    }

    private LoadedFile Accept(string path, FileStamp stamp, ClassFile read, LoadedFile last)
    {
        foreach (var fault in read.PassedOver)
            Log.ClassFieldPassedOver(_log, path, fault);
        if (!read.Faults.IsEmpty)
            return Refuse(path, stamp, last, [.. read.Faults]);

        Log.ClassFileRead(_log, path, read.Classes.Length);
        // A class that has not changed stays the same instance: that is how volumes see at a glance that nothing is new.
        return new LoadedFile(stamp, [.. read.Classes.Select(found => (last.Classes.FirstOrDefault(old => found.Class.Equals(old.Class)).Class ?? found.Class, found.Line))]);
    }

    private LoadedFile Refuse(string path, FileStamp stamp, LoadedFile last, params ReadOnlySpan<ClassFault> faults)
    {
        foreach (var fault in faults)
            Log.ClassFileFault(_log, path, fault);
        Log.ClassFileRefused(_log, path, last.Classes.Length);
        return last with { Stamp = stamp };
    }

    /// <summary>Puts the classes of all files in force, and gives the names of those that are other than before.</summary>
    private List<ClassName> Publish()
    {
        var classes = new Dictionary<(string Namespace, string Name), (SecretProviderClass Class, string Path)>();
        var twins = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (path, file) in _files)
            foreach (var (found, line) in file.Classes)
                if (!classes.TryAdd((found.Namespace, found.Name), (found, path)))
                    twins.Add($"{path}: line {line}: class {found.Namespace}/{found.Name} is in {classes[(found.Namespace, found.Name)].Path} too, and is taken from there; expected each class once");

        foreach (var twin in twins.Except(_twins))
            Log.ClassTwice(_log, twin);
        _twins = twins;
        var before = _classes;
        _classes = classes.ToFrozenDictionary(entry => entry.Key, entry => entry.Value.Class);
        return [.. _classes.Keys.Union(before?.Keys ?? [])
            .Where(name => !ReferenceEquals(_classes.GetValueOrDefault(name), before?.GetValueOrDefault(name)))
            .Select(name => new ClassName(name.Namespace, name.Name))];
    }

    /// <param name="Stamp">The version of the file that was read last, good or bad.</param>
    /// <param name="Classes">The classes of the last good version, and their lines.</param>
    private sealed record LoadedFile(FileStamp? Stamp, ImmutableArray<(SecretProviderClass Class, int Line)> Classes);
}
