namespace Grpc.Core;

/// <summary>Hints for writing a message.</summary>
[Flags]
public enum WriteFlags
{
    /// <summary>The message need not leave at once.</summary>
    BufferHint = 1,

    /// <summary>The message must not be compressed; here none ever is.</summary>
    NoCompress = 2,
}

/// <summary>How messages are written. Kept for the signature of <see cref="ServerCallContext"/>; nothing here is compressed.</summary>
public class WriteOptions
{
    /// <summary>No flags.</summary>
    public static readonly WriteOptions Default = new();

    /// <summary>Options with flags.</summary>
    /// <param name="flags">The hints.</param>
    public WriteOptions(WriteFlags flags = default) => Flags = flags;

    /// <summary>The hints.</summary>
    public WriteFlags Flags { get; }
}
