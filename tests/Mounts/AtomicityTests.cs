using System.Globalization;
using static ActorCsi.Tests.Mounts.TestVolume;

namespace ActorCsi.Tests.Mounts;

/// <summary>
/// Readers never see parts of two generations, half a file, or nothing where both generations have something. What that means for each
/// way of reading is said at <see cref="Grains.Tmpfs.TmpfsWriter"/>.
/// </summary>
public sealed class AtomicityTests
{
    private const int Rotations = 1_000;

    [MountFact]
    public void Replace_ReadersLoopOverTheFiles_SeeWholeGenerations() => MountNamespace.Run(static () =>
    {
        var volume = Mounted();
        volume.Replace(FilesOf(0));
        Reader[] readers =
        [
            new(() => ReadOneGeneration(volume)),
            new(() => ReadByName(volume)),
            new(() => ReadWhatIsListed(volume)),
        ];

        // Every reader is in its loop at every swap, but none is left behind by two: so much time the volume's owner gives them.
        for (var rotation = 1; rotation <= Rotations; rotation++)
        {
            volume.Replace(FilesOf(rotation));
            foreach (var reader in readers)
                reader.AwaitAPass();
        }

        foreach (var reader in readers)
            reader.Dispose();
    });

    /// <summary>Files whose content says twice which generation they are of, with a length that differs from one to the next.</summary>
    private static Grains.Providers.SecretFile[] FilesOf(int generation)
        => [.. new[] { "tls.crt", "tls.key", "d/e", $"only-{generation}" }.Select(path => File(path, $"{generation}:{new string('x', generation * 37 % 9000)}:{generation}"))];

    /// <summary>The generation that a whole file says it is of.</summary>
    private static int GenerationIn(string content)
    {
        var parts = content.Split(':');
        var generation = int.Parse(parts[0], CultureInfo.InvariantCulture);
        Assert.Equal($"{generation}:{new string('x', generation * 37 % 9000)}:{generation}", content);
        return generation;
    }

    /// <summary>A careful program: resolves ..data once, then reads everything there.</summary>
    private static void ReadOneGeneration(TestVolume volume)
    {
        var directory = new FileInfo(volume.At("..data")).LinkTarget!;
        var generation = GenerationIn(volume.Read($"{directory}/tls.crt"));
        foreach (var name in new[] { "tls.key", "d/e", $"only-{generation}" })
            Assert.Equal(generation, GenerationIn(volume.Read($"{directory}/{name}")));
    }

    /// <summary>An ordinary program: opens file after file by name. Each is whole, and none is older than the one before.</summary>
    private static void ReadByName(TestVolume volume)
    {
        var generation = 0;
        foreach (var name in new[] { "tls.crt", "tls.key", "d/e" })
        {
            var next = GenerationIn(volume.Read(name));
            Assert.True(next >= generation, $"{name} is of generation {next}, read after one of generation {generation}");
            generation = next;
        }
    }

    /// <summary>A program that loads whatever is in the directory. What it sees it can open, unless it was taken away meanwhile.</summary>
    private static void ReadWhatIsListed(TestVolume volume)
    {
        foreach (var name in volume.Visible().Where(name => name.StartsWith("only-", StringComparison.Ordinal)))
        {
            var generation = int.Parse(name["only-".Length..], CultureInfo.InvariantCulture);
            try
            {
                Assert.Equal(generation, GenerationIn(volume.Read(name)));
            }
            catch (FileNotFoundException)
            {
                Assert.True(GenerationIn(volume.Read("tls.crt")) > generation, $"{name} was to be seen before it could be read");
            }
        }
    }

    /// <summary>Reads again and again on a thread of its own.</summary>
    private sealed class Reader : IDisposable
    {
        private readonly Thread _thread;
        private readonly Action _pass;
        private readonly SemaphoreSlim _answer = new(0);
        private Exception? _failure;
        private int _asked;
        private bool _stopped;

        public Reader(Action pass)
        {
            _pass = pass;
            _thread = new Thread(Loop) { IsBackground = true };
            _thread.Start();
        }

        private void Loop()
        {
            try
            {
                while (!Volatile.Read(ref _stopped))
                {
                    var asked = Interlocked.Exchange(ref _asked, 0);
                    _pass();
                    if (asked != 0)
                        _answer.Release();
                }
            }
            catch (Exception failure)
            {
                _failure = failure;
                _answer.Release();
            }
        }

        /// <summary>Returns when a pass has ended that began after this call.</summary>
        public void AwaitAPass()
        {
            Volatile.Write(ref _asked, 1);
            _answer.Wait();
            if (_failure is not null)
                throw new InvalidOperationException("a reader failed", _failure);
        }

        public void Dispose()
        {
            Volatile.Write(ref _stopped, true);
            _thread.Join();
            _answer.Dispose();
        }
    }
}
