using ActorCsi.Tests.Rpc.Proto;
using Grpc.Core;

namespace ActorCsi.Tests.Rpc;

/// <summary>The service under test; <see cref="OnAct"/> is the handler that a test puts in.</summary>
internal sealed class EchoService : Echo.EchoBase
{
    public Func<Words, ServerCallContext, Task<Words>> OnAct { get; set; } = (request, _) => Task.FromResult(request);

    public override Task<Words> Say(Words request, ServerCallContext context) => Task.FromResult(request);

    public override Task<Words> Act(Words request, ServerCallContext context) => OnAct(request, context);
}
