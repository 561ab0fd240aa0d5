using System.Reflection;

namespace ActorCsi.Testing;

/// <summary>A function that is named on a command line, to be run in another process of this program.</summary>
/// <remarks>
/// It may be a static method or a lambda that uses nothing from around it: variables do not travel, only the strings that it is given.
/// </remarks>
public static class RemoteFunction
{
    /// <summary>The first argument of a program that is to run a function.</summary>
    public const string Verb = "run-function";

    private const BindingFlags Any = BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

    /// <summary>The command line that runs <paramref name="function"/> with <paramref name="args"/>.</summary>
    public static string[] CommandLine(Delegate function, string[] args)
    {
        if (function.Target is { } target && target.GetType().GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic).Length > 0)
            throw new ArgumentException("the lambda uses something from around it, which another process does not have: pass it as an argument");
        return [Verb, function.Method.DeclaringType!.FullName!, function.Method.Name, .. args];
    }

    /// <summary>Runs what <see cref="CommandLine"/> describes. A failure goes to standard error, whole.</summary>
    public static int Execute(string[] words)
    {
        try
        {
            var type = Assembly.GetEntryAssembly()!.GetType(words[0], throwOnError: true)!;
            var method = type.GetMethod(words[1], Any)!;
            var target = method.IsStatic ? null : Activator.CreateInstance(type, nonPublic: true);
            object[] args = method.GetParameters().Length == 0 ? [] : [words[2..]];
            method.Invoke(target, BindingFlags.DoNotWrapExceptions, null, args, null);
            return 0;
        }
        catch (Exception failure) // the border of the process
        {
            Console.Error.WriteLine(failure);
            return 1;
        }
    }
}
