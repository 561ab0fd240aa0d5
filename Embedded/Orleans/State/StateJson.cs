using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Options;

namespace ActorCsi.GrainEngine;

/// <summary>How states become bytes and come back, by the JSON contracts that the host gives.</summary>
internal sealed class StateJson(JsonSerializerOptions options)
{
    public StateJson(IOptions<GrainEngineOptions> options)
        : this(options.Value.StateJson ?? Default())
    {
    }

    public byte[] Write<T>(T? state) => JsonSerializer.SerializeToUtf8Bytes(state, Contract<T>());

    public T? Read<T>(ReadOnlySpan<byte> bytes) => JsonSerializer.Deserialize(bytes, Contract<T>());

    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "Guarded by IsReflectionEnabledByDefault.")]
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = "Guarded by IsReflectionEnabledByDefault.")]
    private static JsonSerializerOptions Default() =>
        JsonSerializer.IsReflectionEnabledByDefault ? JsonSerializerOptions.Default : new JsonSerializerOptions();

    private JsonTypeInfo<T?> Contract<T>() => options.TryGetTypeInfo(typeof(T), out var contract)
        ? (JsonTypeInfo<T?>)contract
        : throw new NotSupportedException(
            $"There is no JSON contract for the grain state {typeof(T)}. Name it in a JsonSerializerContext ([JsonSerializable(typeof({typeof(T).Name}))]) "
            + "and give that context's options as GrainEngineOptions.StateJson.");
}
