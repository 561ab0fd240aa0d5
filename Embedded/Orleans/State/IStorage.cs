namespace Orleans.Core;

/// <summary>The stored record behind a state.</summary>
public interface IStorage
{
    /// <summary>The version of the record as this state last saw it; null when there is none.</summary>
    string? Etag { get; }

    /// <summary>Whether there is a stored record.</summary>
    bool RecordExists { get; }

    /// <summary>Removes the record and sets the state back to its initial value.</summary>
    Task ClearStateAsync();

    /// <summary>Stores the state. It is safe once the task has completed.</summary>
    Task WriteStateAsync();

    /// <summary>Reads the record again, losing what was changed since.</summary>
    Task ReadStateAsync();

    /// <inheritdoc cref="ClearStateAsync()"/>
    Task ClearStateAsync(CancellationToken cancellationToken) => ClearStateAsync();

    /// <inheritdoc cref="WriteStateAsync()"/>
    Task WriteStateAsync(CancellationToken cancellationToken) => WriteStateAsync();

    /// <inheritdoc cref="ReadStateAsync()"/>
    Task ReadStateAsync(CancellationToken cancellationToken) => ReadStateAsync();
}

/// <summary>A state and the stored record behind it.</summary>
public interface IStorage<TState> : IStorage
{
    /// <summary>The state in memory. Changing it stores nothing; <see cref="IStorage.WriteStateAsync()"/> does.</summary>
    TState State { get; set; }
}
