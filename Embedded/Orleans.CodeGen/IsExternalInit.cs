namespace System.Runtime.CompilerServices;

// netstandard2.0 lacks the type that records and init accessors are marked with.
internal static class IsExternalInit;
