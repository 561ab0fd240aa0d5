using System.CommandLine;
using ActorCsi.Admin.V1;
using ActorCsi.Silo.Serve;
using AdminClient = ActorCsi.Admin.V1.Admin.AdminClient;

namespace ActorCsi.Silo.Operate;

/// <summary><c>actorcsi hold NAMESPACE/CLASS</c>: its volumes on this node keep what they have.</summary>
internal sealed class HoldCommand : ClassCommand
{
    private readonly Setting<string> _reason = new("reason", "", "Why, for whoever looks at a volume and wonders.", text => text);

    public HoldCommand() : base("hold", "Until 'resume', the volumes of a class on this node keep the files that they have. Also past the end of what they hold.") => Add(_reason);

    protected override async Task<IReadOnlyList<Volume>> Ask(AdminClient driver, string @namespace, string name, ParseResult parsed, CancellationToken cancellationToken)
    {
        var request = new HoldClassRequest { Namespace = @namespace, Name = name, Reason = _reason.Of(parsed) };
        return (await driver.HoldClassAsync(request, cancellationToken: cancellationToken)).Volumes;
    }

    protected override string Tell(string secretClass, IReadOnlyList<Volume> volumes)
    {
        var end = volumes.Min(volume => volume.ExpiresAt);
        var warning = end is null ? "" : $"; the first content ends {Times.Whole(end, DateTimeOffset.UtcNow)}";
        return $"{secretClass} is held: {Count(volumes)} of this node keep{(volumes.Count == 1 ? "s" : "")} the files in place until 'actorcsi resume {secretClass}'{warning}";
    }
}
