using System.CommandLine;
using ActorCsi.Admin.V1;
using AdminClient = ActorCsi.Admin.V1.Admin.AdminClient;

namespace ActorCsi.Silo.Operate;

/// <summary><c>actorcsi resume NAMESPACE/CLASS</c>: ends a hold.</summary>
internal sealed class ResumeCommand() : ClassCommand("resume", "Ends a hold. What became due meanwhile is refreshed within a minute.")
{
    protected override async Task<IReadOnlyList<Volume>> Ask(AdminClient driver, string @namespace, string name, ParseResult parsed, CancellationToken cancellationToken)
        => (await driver.ResumeClassAsync(new() { Namespace = @namespace, Name = name }, cancellationToken: cancellationToken)).Volumes;

    protected override string Tell(string secretClass, IReadOnlyList<Volume> volumes)
        => volumes.FirstOrDefault(volume => volume.Hold is not null) is { } held
            ? $"{secretClass} is still held: {held.Hold.Reason}"
            : $"{secretClass} is not held: what is due in {Count(volumes)} of this node is refreshed within a minute";
}
