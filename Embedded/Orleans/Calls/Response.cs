using System.Runtime.ExceptionServices;

namespace Orleans.Serialization.Invocation;

/// <summary>How a call ended, as filters see it: with a result, with nothing, or with an exception.</summary>
public abstract class Response
{
    /// <summary>The end of a call that returns nothing.</summary>
    public static Response Completed { get; } = new Outcome(null, null);

    /// <summary>The result, boxed.</summary>
    public abstract object? Result { get; set; }

    /// <summary>The exception; null when the call succeeded.</summary>
    public abstract Exception? Exception { get; set; }

    /// <summary>A call that ended with <paramref name="value"/>.</summary>
    public static Response FromResult<TResult>(TResult value) => new Outcome(value, null);

    /// <summary>A call that ended with <paramref name="exception"/>.</summary>
    public static Response FromException(Exception exception) => new Outcome(null, exception);

    /// <summary>The result as <typeparamref name="T"/>; throws what the call threw.</summary>
    public abstract T GetResult<T>();

    private sealed class Outcome(object? result, Exception? exception) : Response
    {
        public override object? Result { get; set; } = result;

        public override Exception? Exception { get; set; } = exception;

        public override T GetResult<T>()
        {
            if (Exception is not null)
                ExceptionDispatchInfo.Throw(Exception);
            return (T)Result!;
        }
    }
}
