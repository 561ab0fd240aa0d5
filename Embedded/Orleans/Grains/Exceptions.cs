namespace Orleans.Runtime;

/// <summary>The base of what the runtime itself throws.</summary>
public class OrleansException : Exception
{
    /// <summary>Without words.</summary>
    public OrleansException()
        : base("Unexpected error.")
    {
    }

    /// <summary>With words.</summary>
    public OrleansException(string message)
        : base(message)
    {
    }

    /// <summary>With words and a cause.</summary>
    public OrleansException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

/// <summary>A bound was reached: too many calls wait for a grain, or a chain of calls is too long.</summary>
public sealed class LimitExceededException : OrleansException
{
    /// <summary>Without words.</summary>
    public LimitExceededException()
        : base("Limit exceeded.")
    {
    }

    /// <summary>With words.</summary>
    public LimitExceededException(string message)
        : base(message)
    {
    }

    /// <summary>With words and a cause.</summary>
    public LimitExceededException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

/// <summary>The silo did not take a call.</summary>
public class OrleansMessageRejectionException : OrleansException
{
    internal OrleansMessageRejectionException(string message)
        : base(message)
    {
    }
}

/// <summary>The silo stops, or is gone.</summary>
public sealed class SiloUnavailableException : OrleansMessageRejectionException
{
    /// <summary>Without words.</summary>
    public SiloUnavailableException()
        : base("The silo is not available.")
    {
    }

    /// <summary>With words.</summary>
    public SiloUnavailableException(string msg)
        : base(msg)
    {
    }
}

/// <summary>The silo was set up in a way that cannot work.</summary>
public sealed class OrleansConfigurationException : Exception
{
    /// <summary>With words.</summary>
    public OrleansConfigurationException(string message)
        : base(message)
    {
    }

    /// <summary>With words and a cause.</summary>
    public OrleansConfigurationException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
