using Microsoft.Extensions.Logging;

namespace ActorCsi.Tests.Driver;

/// <summary>Lets a test wait for a log line instead of for time to pass.</summary>
internal sealed class LogWatch : ILoggerProvider, ILogger
{
    private readonly Lock _gate = new();
    private readonly List<string> _lines = [];
    private readonly List<(string Text, int Times, TaskCompletionSource Seen)> _waiting = [];

    /// <summary>Completes when <paramref name="text"/> stands in as many lines; at once when it does.</summary>
    public Task Until(string text, int times = 1)
    {
        lock (_gate)
        {
            if (Count(text) >= times)
                return Task.CompletedTask;
            var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((text, times, seen));
            return seen.Task.Soon();
        }
    }

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (_gate)
        {
            _lines.Add(formatter(state, exception));
            foreach (var waiting in _waiting.Where(waiting => Count(waiting.Text) >= waiting.Times).ToList())
            {
                _waiting.Remove(waiting);
                waiting.Seen.SetResult();
            }
        }
    }

    public ILogger CreateLogger(string categoryName) => this;

    public bool IsEnabled(LogLevel logLevel) => true;

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public void Dispose()
    {
    }

    private int Count(string text) => _lines.Count(line => line.Contains(text, StringComparison.Ordinal));
}
