using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Threading.Channels;

namespace ActorCsi.Fakes.Cluster;

/// <summary>
/// The objects of the cluster and what happened to them, in one order: every change has the next version. A write that changes nothing is none, as with the API server.
/// </summary>
internal sealed partial class ObjectStore
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<Key, Entry> _objects = [];
    private readonly List<Change> _history = [];
    private readonly List<Subscription> _subscriptions = [];
    private readonly Dictionary<string, (string Version, List<JsonObject> Left)> _pages = [];
    private long _version = 1000;
    private long _forgotten = 1000; // the last version of which it is not known any more what came after it

    public readonly record struct Key(FakeResource Resource, string Namespace, string Name) : IComparable<Key>
    {
        public int CompareTo(Key other)
            => string.CompareOrdinal(Resource.Group, other.Resource.Group) is var byGroup and not 0 ? byGroup
                : string.CompareOrdinal(Resource.Plural, other.Resource.Plural) is var byPlural and not 0 ? byPlural
                : string.CompareOrdinal(Namespace, other.Namespace) is var byNamespace and not 0 ? byNamespace
                : string.CompareOrdinal(Name, other.Name);
    }

    private sealed record Entry(JsonObject Item, Managers Managers);

    private sealed record Change(long Version, Key Key, JsonObject? Before, JsonObject? After);

    /// <summary>A watch: lines as they are to be sent. It ends when the channel does.</summary>
    public sealed class Subscription
    {
        internal required FakeResource Resource { get; init; }
        internal required string Namespace { get; init; }
        internal required Func<JsonObject, bool> Selects { get; init; }
        internal Channel<string> Channel { get; } = System.Threading.Channels.Channel.CreateUnbounded<string>();

        public ChannelReader<string> Lines => Channel.Reader;
    }

    public string Version
    {
        get
        {
            lock (_gate)
                return Text(_version);
        }
    }

    public JsonObject? Find(Key key)
    {
        lock (_gate)
            return _objects.GetValueOrDefault(key)?.Item.DeepClone().AsObject();
    }

    public List<JsonObject> All(FakeResource resource, string @namespace, Func<JsonObject, bool>? selects = null)
    {
        lock (_gate)
            return [.. _objects
                .Where(entry => ReferenceEquals(entry.Key.Resource, resource) && (@namespace.Length == 0 || entry.Key.Namespace == @namespace) && selects?.Invoke(entry.Value.Item) != false)
                .Select(entry => entry.Value.Item.DeepClone().AsObject())];
    }

    public JsonObject Create(Key key, JsonObject item, string manager)
    {
        lock (_gate)
        {
            CheckName(key);
            if (_objects.ContainsKey(key))
                throw new ApiRefusal(409, "AlreadyExists", $"{key.Resource.Plural} \"{key.Name}\" already exists");
            var managers = new Managers();
            var made = Born(key, item.DeepClone().AsObject());
            managers.Note([], made, manager);
            return Commit(key, made, managers);
        }
    }

    public JsonObject Replace(Key key, JsonObject item, string manager)
    {
        lock (_gate)
        {
            var entry = Existing(key);
            CheckExpectations(entry.Item, item);
            return ChangeTo(key, entry, item.DeepClone().AsObject(), manager);
        }
    }

    public JsonObject Patch(Key key, Func<JsonObject, JsonObject> patch, JsonObject? expectations, string manager)
    {
        lock (_gate)
        {
            var entry = Existing(key);
            if (expectations is not null)
                CheckExpectations(entry.Item, expectations);
            return ChangeTo(key, entry, patch(entry.Item), manager);
        }
    }

    public JsonObject Apply(Key key, JsonObject wanted, string manager, bool force, out bool created)
    {
        lock (_gate)
        {
            created = !_objects.TryGetValue(key, out var entry);
            if (created)
            {
                CheckName(key);
                if (wanted["metadata"]?["uid"] is not null || wanted["metadata"]?["resourceVersion"] is not null)
                    throw new ApiRefusal(409, "Conflict", $"{key.Resource.Plural} \"{key.Name}\": uid or resourceVersion was given, and no existing object was found");
                entry = new Entry(Born(key, []), new Managers());
                return Commit(key, entry.Managers.Apply(entry.Item, wanted, manager, force), entry.Managers);
            }
            CheckExpectations(entry!.Item, wanted);
            var changed = entry.Managers.Apply(entry.Item, wanted, manager, force);
            return Settle(key, entry, changed);
        }
    }

    public void Delete(Key key, JsonNode? preconditions)
    {
        lock (_gate)
        {
            var entry = Existing(key);
            CheckExpectations(entry.Item, new JsonObject { ["metadata"] = preconditions?.DeepClone() });
            Remove(key, entry);
        }
    }

    /// <summary>What the garbage collector does: an object all of whose owners are gone, goes.</summary>
    public void CollectGarbage()
    {
        lock (_gate)
        {
            while (true)
            {
                var living = _objects.Values.Select(entry => entry.Item["metadata"]!["uid"]!.ToString()).ToHashSet();
                var orphans = _objects.Where(entry => entry.Value.Item["metadata"]!["ownerReferences"] is JsonArray { Count: > 0 } owners
                    && !owners.Any(owner => living.Contains(owner!["uid"]!.ToString()))).ToList();
                if (orphans.Count == 0)
                    return;
                foreach (var (key, entry) in orphans)
                    Remove(key, entry);
            }
        }
    }

    /// <summary>A page of a list; what is left of the list as it was is kept for the next one.</summary>
    public (string Version, List<JsonObject> Items, string? Continue) List(FakeResource resource, string @namespace, Func<JsonObject, bool> selects, int limit, string? from)
    {
        lock (_gate)
        {
            (string Version, List<JsonObject> Left) page;
            if (string.IsNullOrEmpty(from))
                page = (Text(_version), All(resource, @namespace, selects));
            else if (!_pages.Remove(from, out page))
                throw new ApiRefusal(410, "Expired", "The provided continue parameter is too old");
            if (limit <= 0 || page.Left.Count <= limit)
                return (page.Version, page.Left, null);
            var next = Guid.NewGuid().ToString("N");
            _pages[next] = (page.Version, page.Left[limit..]);
            return (page.Version, page.Left[..limit], next);
        }
    }

    public Subscription Watch(FakeResource resource, string @namespace, Func<JsonObject, bool> selects, string? version)
    {
        lock (_gate)
        {
            var subscription = new Subscription { Resource = resource, Namespace = @namespace, Selects = selects };
            if (string.IsNullOrEmpty(version) || version == "0")
                foreach (var item in All(resource, @namespace, selects))
                    Tell(subscription, "ADDED", item);
            else if (long.Parse(version, CultureInfo.InvariantCulture) is var since && since < _forgotten)
                throw new ApiRefusal(410, "Expired", $"too old resource version: {since} ({_forgotten})");
            else
                foreach (var change in _history.Where(change => change.Version > since))
                    Tell(subscription, change);
            _subscriptions.Add(subscription);
            return subscription;
        }
    }

    public void Forget(Subscription subscription)
    {
        lock (_gate)
            _subscriptions.Remove(subscription);
    }

    public int Subscriptions(Func<FakeResource, bool> which)
    {
        lock (_gate)
            return _subscriptions.Count(subscription => which(subscription.Resource));
    }

    /// <summary>Forgets what has happened, and the pages that lists are at: 410 for all who ask what came after.</summary>
    public void Compact()
    {
        lock (_gate)
        {
            _forgotten = _version;
            _history.Clear();
            _pages.Clear();
        }
    }

    public void Bookmark()
    {
        lock (_gate)
            foreach (var subscription in _subscriptions)
                Tell(subscription, "BOOKMARK", new JsonObject
                {
                    ["kind"] = subscription.Resource.Kind,
                    ["apiVersion"] = subscription.Resource.ApiVersion,
                    ["metadata"] = new JsonObject { ["resourceVersion"] = Text(_version), ["creationTimestamp"] = null },
                });
    }

    /// <summary>Ends all watches: as the server does when their time is up, or with an ERROR event.</summary>
    public void EndWatches(string? lastLine)
    {
        lock (_gate)
        {
            foreach (var subscription in _subscriptions)
            {
                if (lastLine is not null)
                    subscription.Channel.Writer.TryWrite(lastLine);
                subscription.Channel.Writer.TryComplete();
            }
            _subscriptions.Clear();
        }
    }

    private Entry Existing(Key key)
        => _objects.GetValueOrDefault(key) ?? throw new ApiRefusal(404, "NotFound", $"{key.Resource.Plural} \"{key.Name}\" not found");

    /// <summary>uid and resourceVersion are preconditions wherever they are given.</summary>
    private static void CheckExpectations(JsonObject current, JsonObject expected)
    {
        foreach (var field in (string[])["uid", "resourceVersion"])
            if (expected["metadata"]?[field]?.ToString() is { Length: > 0 } value && value != current["metadata"]![field]!.ToString())
                throw new ApiRefusal(409, "Conflict", field == "uid"
                    ? "Precondition failed: UID in precondition is not the object's"
                    : "the object has been modified; please apply your changes to the latest version and try again");
    }

    private static void CheckName(Key key)
    {
        var name = key.Resource.Plural == "clustertrustbundles" ? key.Name.Replace(':', '.') : key.Name; // those of a signer begin with its name: example.com:web:
        if (name.Length is 0 or > 253 || !ObjectName().IsMatch(name))
            throw new ApiRefusal(422, "Invalid", "metadata.name: Invalid value: a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.'");
    }

    private JsonObject Born(Key key, JsonObject item)
    {
        item["apiVersion"] = key.Resource.ApiVersion;
        item["kind"] = key.Resource.Kind;
        if (item["metadata"] is not JsonObject metadata)
            item["metadata"] = metadata = [];
        metadata["name"] = key.Name;
        if (key.Namespace.Length > 0)
            metadata["namespace"] = key.Namespace;
        metadata["uid"] ??= $"00000000-0000-4000-8000-{_version + 1:D12}";
        metadata["creationTimestamp"] = "2026-01-01T12:00:00Z";
        if (key.Resource.Plural == "secrets")
            item["type"] ??= "Opaque";
        return item;
    }

    private JsonObject ChangeTo(Key key, Entry entry, JsonObject changed, string manager)
    {
        foreach (var field in (string[])["uid", "creationTimestamp", "name", "namespace"])
            changed["metadata"]![field] = entry.Item["metadata"]![field]?.DeepClone();
        if (key.Resource.Plural == "secrets")
            changed["type"] ??= "Opaque";
        entry.Managers.Note(entry.Item, changed, manager);
        return Settle(key, entry, changed);
    }

    /// <summary>Stores a change, if it is one.</summary>
    private JsonObject Settle(Key key, Entry entry, JsonObject changed)
    {
        changed["metadata"]!["resourceVersion"] = entry.Item["metadata"]!["resourceVersion"]!.DeepClone();
        changed["metadata"]!["managedFields"] = entry.Managers.ToJson(key.Resource.ApiVersion);
        if (JsonNode.DeepEquals(changed, entry.Item))
            return changed;
        if (key.Resource.Plural == "secrets" && changed["type"]?.ToString() != entry.Item["type"]?.ToString())
            throw new ApiRefusal(422, "Invalid", $"Secret \"{key.Name}\" is invalid: type: Invalid value: field is immutable");
        return Commit(key, changed, entry.Managers);
    }

    private JsonObject Commit(Key key, JsonObject item, Managers managers)
    {
        item["metadata"]!["resourceVersion"] = Text(++_version);
        item["metadata"]!["managedFields"] = managers.ToJson(key.Resource.ApiVersion);
        var before = _objects.GetValueOrDefault(key)?.Item;
        _objects[key] = new Entry(item, managers);
        Remember(new Change(_version, key, before, item));
        return item.DeepClone().AsObject();
    }

    private void Remove(Key key, Entry entry)
    {
        _objects.Remove(key);
        var last = entry.Item.DeepClone().AsObject();
        last["metadata"]!["resourceVersion"] = Text(++_version);
        Remember(new Change(_version, key, last, null));
    }

    private void Remember(Change change)
    {
        _history.Add(change);
        foreach (var subscription in _subscriptions)
            Tell(subscription, change);
    }

    private static void Tell(Subscription subscription, Change change)
    {
        if (change.Key.Resource != subscription.Resource || (subscription.Namespace.Length > 0 && change.Key.Namespace != subscription.Namespace))
            return;
        var was = change.Before is not null && subscription.Selects(change.Before);
        var isNow = change.After is not null && subscription.Selects(change.After);
        if (was || isNow)
            Tell(subscription, !was ? "ADDED" : isNow ? "MODIFIED" : "DELETED", isNow ? change.After! : Last(change));
    }

    /// <summary>An object that left the selection is told as it was, in the version in which it left.</summary>
    private static JsonObject Last(Change change)
    {
        var last = change.Before!.DeepClone().AsObject();
        last["metadata"]!["resourceVersion"] = Text(change.Version);
        return last;
    }

    private static void Tell(Subscription subscription, string type, JsonObject item)
        => subscription.Channel.Writer.TryWrite(new JsonObject { ["type"] = type, ["object"] = item.DeepClone() }.ToJsonString());

    private static string Text(long version) => version.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\z", RegexOptions.CultureInvariant)]
    private static partial Regex ObjectName();
}
