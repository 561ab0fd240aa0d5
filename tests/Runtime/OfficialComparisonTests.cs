using ActorCsi.Testing.Api;

namespace ActorCsi.Tests.Runtime;

/// <summary>
/// Holds what the engine offers against the official assemblies: the same names, kinds, signatures, parameter names and attribute targets, so that
/// source which compiles here compiles there.
/// </summary>
public sealed class OfficialComparisonTests
{
    // In assemblies that no registry here has; reviewed by hand against the signatures that Orleans documents.
    private static readonly Dictionary<string, string> Elsewhere = new()
    {
        ["Orleans.AliasAttribute"] = "Orleans.Serialization.Abstractions",
        ["Orleans.GenerateSerializerAttribute"] = "Orleans.Serialization.Abstractions",
        ["Orleans.IdAttribute"] = "Orleans.Serialization.Abstractions",
        ["Orleans.ImmutableAttribute"] = "Orleans.Serialization.Abstractions",
        ["Orleans.ResponseTimeoutAttribute"] = "Orleans.Serialization.Abstractions",
        ["Orleans.Serialization.Invocation.IInvokable"] = "Orleans.Serialization",
        ["Orleans.Serialization.Invocation.Response"] = "Orleans.Serialization",
        ["Orleans.CollectionAgeLimitAttribute"] = "Orleans.Core",
        ["Orleans.KeepAliveAttribute"] = "Orleans.Core",
        ["Orleans.IClusterClient"] = "Orleans.Core",
        ["Orleans.IGrainState<T>"] = "Orleans.Core",
        ["Orleans.Configuration.MessagingOptions"] = "Orleans.Core",
        ["Orleans.Storage.IGrainStorage"] = "Orleans.Core",
        ["Orleans.Storage.InconsistentStateException"] = "Orleans.Core",
        ["Orleans.Configuration.GrainCollectionOptions"] = "Orleans.Runtime",
        ["Orleans.Configuration.SiloMessagingOptions"] = "Orleans.Runtime",
        ["Orleans.Hosting.CoreHostingExtensions"] = "Orleans.Runtime",
        ["Orleans.Hosting.GrainCallFilterSiloBuilderExtensions"] = "Orleans.Runtime",
        ["Orleans.Hosting.ISiloBuilder"] = "Orleans.Runtime",
        ["Orleans.Hosting.SiloBuilderExtensions"] = "Orleans.Runtime",
        ["Orleans.Hosting.SiloBuilderStartupExtensions"] = "Orleans.Runtime",
        ["Orleans.Runtime.Hosting.StorageProviderExtensions"] = "Orleans.Runtime",
        ["Orleans.Runtime.IPersistentState<TState>"] = "Orleans.Runtime",
        ["Orleans.Runtime.IStartupTask"] = "Orleans.Runtime",
        ["Orleans.Runtime.PersistentStateAttribute"] = "Orleans.Runtime",
        ["Orleans.Configuration.MemoryGrainStorageOptions"] = "Orleans.Persistence.Memory",
        ["Orleans.Hosting.MemoryGrainStorageSiloBuilderExtensions"] = "Orleans.Persistence.Memory",
        ["Orleans.GrainReminderExtensions"] = "Orleans.Reminders",
        ["Orleans.Hosting.ReminderOptions"] = "Orleans.Reminders",
        ["Orleans.Hosting.SiloBuilderReminderExtensions"] = "Orleans.Reminders",
        ["Orleans.Hosting.SiloBuilderReminderMemoryExtensions"] = "Orleans.Reminders",
        ["Orleans.IRemindable"] = "Orleans.Reminders",
        ["Orleans.IReminderTable"] = "Orleans.Reminders",
        ["Orleans.ReminderEntry"] = "Orleans.Reminders",
        ["Orleans.ReminderTableData"] = "Orleans.Reminders",
        ["Orleans.Runtime.IGrainReminder"] = "Orleans.Reminders",
        ["Orleans.Runtime.ReminderException"] = "Orleans.Reminders",
        ["Orleans.Runtime.TickStatus"] = "Orleans.Reminders",
        ["Orleans.Timers.IReminderRegistry"] = "Orleans.Reminders",
        ["Orleans.Hosting.FileGrainStorageOptions"] = "ours",
        ["Orleans.Hosting.FileHostingExtensions"] = "ours",
        ["Orleans.Hosting.FileReminderOptions"] = "ours",
    };

    // Applications implement these, so a member that is missing here would be missing in their code there.
    private static readonly string[] ImplementedByApplications =
    [
        "Orleans.IGrainBase", "Orleans.IIncomingGrainCallFilter", "Orleans.IOutgoingGrainCallFilter", "Orleans.IGrain", "Orleans.Runtime.IAddressable",
        "Orleans.IGrainWithStringKey", "Orleans.IGrainWithGuidKey", "Orleans.IGrainWithIntegerKey", "Orleans.IGrainWithGuidCompoundKey",
        "Orleans.IGrainWithIntegerCompoundKey",
    ];

    private static readonly IReadOnlyDictionary<string, ApiType> Official = Assemblies.Official();
    private static readonly IReadOnlyDictionary<string, ApiType> Own = Assemblies.Ours().ToDictionary(type => type.Name);

    public static TheoryData<string> CommonTypes() =>
        [.. Own.Values.Where(type => IsOrleans(type) && Official.ContainsKey(type.Name)).Select(type => type.Name)];

    [Theory]
    [MemberData(nameof(CommonTypes))]
    public void Type_IsDeclaredAsTheOfficialOne(string name)
    {
        var (ours, official) = (Ours(name), Official[name]);

        Assert.Equal(Head(official), Head(ours));
        Assert.Empty(Bases(ours).Except(Bases(official)));
    }

    [Theory]
    [MemberData(nameof(CommonTypes))]
    public void Members_AreOfficialOnes(string name) => Assert.Empty(Ours(name).Members.Except(Official[name].Members));

    [Fact]
    public void InterfacesThatApplicationsImplement_LackNothing()
    {
        foreach (var name in ImplementedByApplications)
            Assert.Equal([.. Official[name].Members], Ours(name).Members.ToArray());
    }

    [Fact]
    public void TypesFromOtherAssemblies_AreThoseReviewed() => Assert.Equal(
        Elsewhere.Keys.Order(StringComparer.Ordinal),
        Own.Values.Where(type => IsOrleans(type) && !Official.ContainsKey(type.Name)).Select(type => type.Name).Order(StringComparer.Ordinal));

    [Fact]
    public void Comparison_SeesADifference()
    {
        // The reader itself: were it blind to these, the tests above could not fail.
        var grain = Official["Orleans.Grain"];

        Assert.StartsWith("abstract class Orleans.Grain : ", grain.Declaration, StringComparison.Ordinal);
        Assert.Contains("virtual System.Threading.Tasks.Task OnActivateAsync(System.Threading.CancellationToken cancellationToken)", grain.Members);
        Assert.Contains("protected internal System.IServiceProvider ServiceProvider { get; }", grain.Members);
        Assert.Contains("required System.TimeSpan DueTime { get; init; }", Official["Orleans.Runtime.GrainTimerCreationOptions"].Members);
        Assert.StartsWith("[AttributeUsage(Method)] sealed class", Official["Orleans.Concurrency.OneWayAttribute"].Declaration, StringComparison.Ordinal);
        Assert.Contains("static void DeactivateOnIdle(this Orleans.IGrainBase grain)", Official["Orleans.GrainBaseExtensions"].Members);
        Assert.Contains("static bool TryGetIntegerKey(this Orleans.Runtime.GrainId grainId, out long key, out string? keyExt)",
            Official["Orleans.Runtime.GrainIdKeyExtensions"].Members);
    }

    private static bool IsOrleans(ApiType type) => type.Namespace == "Orleans" || type.Namespace.StartsWith("Orleans.", StringComparison.Ordinal);

    private static ApiType Ours(string name) => Own[name];

    private static string Head(ApiType type) => type.Declaration.Split(" : ")[0];

    private static IEnumerable<string> Bases(ApiType type) => type.Declaration.Split(" where ")[0].Split(" : ").Skip(1).SelectMany(bases => bases.Split(", "));
}
