using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace ActorCsi.Kubernetes.Http;

/// <summary>The events of one watch: a JSON object on each line, as long as the answer lasts.</summary>
internal sealed class WatchStream<T>(HttpResponseMessage response, ApiCall call, JsonTypeInfo<T> json, ApiChannel channel, TimeSpan atMost, TimeProvider time)
    : IAsyncEnumerable<WatchEvent<T>>
    where T : KubernetesObject
{
    private const int LongestLine = 8 << 20; // etcd takes objects of 1.5 MiB

    /// <summary>A watch mostly waits, and there are many: no buffer is held while there is nothing to read.</summary>
    private static readonly StreamPipeReaderOptions Sparing = new(bufferSize: 4096, minimumReadSize: 1024, useZeroByteReads: true);

    public async IAsyncEnumerator<WatchEvent<T>> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        // A server that has died without a word would keep us waiting for ever: it was told how long to talk.
        using var overdue = new CancellationTokenSource(atMost, time);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, overdue.Token);
        using (response)
        {
            var lines = PipeReader.Create(await response.Content.ReadAsStreamAsync(cancellationToken), Sparing);
            while (await Next(lines, ended.Token, cancellationToken) is { } next)
                yield return next;
            await lines.CompleteAsync();
        }
    }

    /// <summary>The next event; null at the end.</summary>
    private async Task<WatchEvent<T>?> Next(PipeReader lines, CancellationToken ended, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                var read = await lines.ReadAsync(ended);
                if (read.Buffer.PositionOf((byte)'\n') is { } end)
                {
                    var line = read.Buffer.Slice(0, end);
                    var next = line.Length > 0 ? Read(line) : null;
                    lines.AdvanceTo(read.Buffer.GetPosition(1, end));
                    if (next is not null)
                        return next;
                    continue;
                }
                if (read.IsCompleted)
                    return null; // half a line is none: the connection was cut, and the next watch tells it again
                if (read.Buffer.Length > LongestLine)
                    throw ApiChannel.Unreadable(call, $"an event of more than {LongestLine >> 20} MiB");
                lines.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null; // overdue
        }
        catch (JsonException e)
        {
            throw ApiChannel.Unreadable(call, $"an event is not what was expected: {e.Path}", e);
        }
        catch (Exception e) when (ApiChannel.IsOfTheConnection(e))
        {
            throw channel.Unreachable(call, e);
        }
    }

    private WatchEvent<T>? Read(ReadOnlySequence<byte> line)
    {
        using var document = JsonDocument.Parse(line);
        if (document.RootElement.ValueKind is not JsonValueKind.Object || !document.RootElement.TryGetProperty("object", out var element))
            throw new JsonException("no event");
        return document.RootElement.TryGetProperty("type", out var type) ? type.GetString() switch
        {
            "ADDED" => Event(WatchEventType.Added, element),
            "MODIFIED" => Event(WatchEventType.Modified, element),
            "DELETED" => Event(WatchEventType.Deleted, element),
            "BOOKMARK" => new WatchEvent<T>(WatchEventType.Bookmark, element.Deserialize(KubernetesJson.Default.BookmarkObject)?.Metadata.ResourceVersion ?? "", null),
            "ERROR" => throw new KubernetesException(call.What, element.Deserialize(KubernetesJson.Default.Status) ?? new Status { Reason = StatusReason.Unreadable }),
            _ => null, // a kind of event that is not invented yet
        } : null;
    }

    private WatchEvent<T> Event(WatchEventType type, JsonElement element)
    {
        var item = element.Deserialize(json) ?? throw new JsonException("an event without an object");
        return new WatchEvent<T>(type, item.Metadata.ResourceVersion ?? "", item);
    }
}
