using System.Security.Cryptography;
using System.Text;
using ActorCsi.Kubernetes;
using ActorCsi.Kubernetes.Kinds;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ActorCsi.Cluster.Events;

/// <summary>
/// Keeps the open complaints of one pod and tells them: each once when it has lasted, then its count every ten minutes while it goes on. An event that
/// cannot be sent now is sent later, and nothing waits for it.
/// </summary>
internal sealed class PodEventsGrain(IKubernetes api, EventBudget budget, IOptions<ClusterOptions> options, TimeProvider time, ILogger<PodEventsGrain> log)
    : Grain, IPodEventsGrain
{
    private const int LongestMessage = 1024; // core/v1 allows no more
    private const int LongestPodPart = 200; // of an event's name, which has 253 characters at most

    /// <summary>How long a complaint that goes on is counted before its event is brought up to date.</summary>
    private static readonly TimeSpan AgainAfter = TimeSpan.FromMinutes(10);

    private readonly Dictionary<(string Subject, string Reason), OpenComplaint> _open = [];
    private readonly RetryPause _retry = new(options.Value.Chance);
    private Alarm? _alarm;

    /// <summary>The key of the grain for <paramref name="pod"/>.</summary>
    public static string KeyOf(PodIdentity pod) => $"{pod.Namespace}/{pod.Name}/{pod.Uid}";

    /// <inheritdoc/>
    public Task Report(Complaint complaint)
    {
        var now = time.GetUtcNow();
        var key = (complaint.Subject, complaint.Reason);
        if (!_open.TryGetValue(key, out var open))
            _open.Add(key, open = new OpenComplaint { First = now, TellAt = now + complaint.Grace });
        open.Message = complaint.Message;
        open.Last = now;
        open.Count++;
        Arm();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task Settle(string subject)
    {
        foreach (var key in _open.Keys.Where(key => key.Subject == subject).ToList())
            _open.Remove(key);
        return Task.CompletedTask;
    }

    private void Arm()
    {
        if (_open.Values.Where(open => open.IsNews).Min(open => (DateTimeOffset?)open.TellAt) is { } at)
            (_alarm ??= new Alarm(this, Tell)).Set(at - time.GetUtcNow());
    }

    private async Task Tell(CancellationToken cancellationToken)
    {
        foreach (var (key, open) in _open.Where(entry => entry.Value.IsNews && entry.Value.TellAt <= time.GetUtcNow()).ToList())
            open.TellAt = time.GetUtcNow() + (budget.TryTake() && await TrySend(key, open, cancellationToken) ? AgainAfter : _retry.Next());
        Arm();
    }

    private async Task<bool> TrySend((string Subject, string Reason) about, OpenComplaint open, CancellationToken cancellationToken)
    {
        var (pod, name) = Names(about);
        var (count, message) = (open.Count, open.Message);
        try
        {
            var news = new V1Event
            {
                Metadata = new() { Namespace = pod.Namespace, Name = name },
                Message = Clip(message),
                LastTimestamp = open.Last,
                Count = count,
            };
            if (open.Told > 0)
                await api.TryChange(Resources.Events, news, cancellationToken);
            else if (await api.TryCreate(Resources.Events, news with
            {
                InvolvedObject = new() { ApiVersion = "v1", Kind = "Pod", Namespace = pod.Namespace, Name = pod.Name, Uid = pod.Uid },
                Source = new() { Component = "actorcsi", Host = options.Value.NodeId },
                Type = "Warning",
                Reason = about.Reason,
                FirstTimestamp = open.First,
            }, cancellationToken) is null)
                await api.TryChange(Resources.Events, news with { Count = null }, cancellationToken); // a former life of the driver made it and counted
            open.Told = count;
            _retry.Reset();
            return true;
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            Log.EventNotSent(log, pod, about.Reason, failure.Message);
            return false;
        }
    }

    /// <summary>One name for one subject and reason of one pod: a driver that starts again finds its event and does not make a second.</summary>
    private (PodIdentity Pod, string EventName) Names((string Subject, string Reason) about)
    {
        var key = this.GetPrimaryKeyString();
        var parts = key.Split('/');
        var pod = new PodIdentity(parts[0], parts[1], parts[2], ServiceAccount: "");
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{key}/{about.Reason}/{about.Subject}"));
        return (pod, $"{(pod.Name.Length > LongestPodPart ? pod.Name[..LongestPodPart].TrimEnd('-', '.') : pod.Name)}.{Convert.ToHexStringLower(hash.AsSpan(0, 8))}");
    }

    private static string Clip(string message) => message.Length <= LongestMessage ? message : message[..(LongestMessage - 1)] + "…";

    private sealed class OpenComplaint
    {
        public string Message { get; set; } = "";

        public int Count { get; set; }

        /// <summary>The count that the event shows; 0 as long as there is no event.</summary>
        public int Told { get; set; }

        public DateTimeOffset First { get; init; }

        public DateTimeOffset Last { get; set; }

        public DateTimeOffset TellAt { get; set; }

        public bool IsNews => Count > Told;
    }
}
