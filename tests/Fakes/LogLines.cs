using System.Collections.Concurrent;
using ActorCsi.Testing;
using Microsoft.Extensions.Logging;

namespace ActorCsi.Fakes;

/// <summary>Keeps what is logged, at every level, with the exceptions' whole text: for "was told" and for "was never told".</summary>
public sealed class LogLines : ILoggerProvider, ILogger
{
    private readonly ConcurrentQueue<(LogLevel Level, string Text)> _lines = new();
    private readonly SemaphoreSlim _news = new(0);

    /// <summary>All lines so far.</summary>
    public IReadOnlyList<string> All => [.. _lines.Select(line => line.Text)];

    /// <summary>The lines of one level so far.</summary>
    public IReadOnlyList<string> At(LogLevel level) => [.. _lines.Where(line => line.Level == level).Select(line => line.Text)];

    /// <summary>Completes when a line that holds <paramref name="part"/> has been logged.</summary>
    public async Task<string> Holds(string part)
    {
        while (true)
        {
            if (All.FirstOrDefault(line => line.Contains(part, StringComparison.Ordinal)) is { } found)
                return found;
            await _news.WaitAsync().Soon();
        }
    }

    /// <summary>Forgets what was logged.</summary>
    public void Clear() => _lines.Clear();

    /// <summary>A logger that writes here.</summary>
    public ILogger<T> For<T>() => new Typed<T>(this);

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => this;

    /// <inheritdoc/>
    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        _lines.Enqueue((logLevel, exception is null ? formatter(state, exception) : $"{formatter(state, exception)}\n{exception}"));
        _news.Release();
    }

    /// <inheritdoc/>
    public bool IsEnabled(LogLevel logLevel) => true;

    /// <inheritdoc/>
    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    /// <inheritdoc/>
    public void Dispose() => _news.Dispose();

    private sealed class Typed<T>(LogLines lines) : ILogger<T>
    {
        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
            => lines.Log(logLevel, eventId, state, exception, formatter);

        public bool IsEnabled(LogLevel logLevel) => true;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;
    }
}
