using System.CommandLine;
using ActorCsi.Admin.V1;
using AdminClient = ActorCsi.Admin.V1.Admin.AdminClient;

namespace ActorCsi.Silo.Operate;

/// <summary>A command about one SecretProviderClass on this node.</summary>
internal abstract class ClassCommand : OperatorCommand
{
    private readonly Argument<string> _class = new("CLASS") { Description = "NAMESPACE/NAME of a SecretProviderClass." };

    protected ClassCommand(string name, string description) : base(name, description, OutputForm.Table, OutputForm.Json)
    {
        _class.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var text }] && (text.Split('/') is not [var @namespace, var name] || @namespace.Length == 0 || name.Length == 0))
                result.AddError($"'{text}' names no class: expected NAMESPACE/NAME");
        });
        Add(_class);
    }

    /// <summary>Does it, and gives the volumes of the class as they are now.</summary>
    protected abstract Task<IReadOnlyList<Volume>> Ask(AdminClient driver, string @namespace, string name, ParseResult parsed, CancellationToken cancellationToken);

    /// <summary>What has been done, in a sentence.</summary>
    protected abstract string Tell(string secretClass, IReadOnlyList<Volume> volumes);

    protected sealed override async Task<int> Ask(AdminClient driver, ParseResult parsed, CancellationToken cancellationToken)
    {
        var secretClass = parsed.GetRequiredValue(_class);
        var slash = secretClass.IndexOf('/', StringComparison.Ordinal);
        var (@namespace, name) = (secretClass[..slash], secretClass[(slash + 1)..]);
        var volumes = await Ask(driver, @namespace, name, parsed, cancellationToken);

        var output = parsed.InvocationConfiguration.Output;
        if (Output.Of(parsed) is OutputForm.Json)
            Json.Write(output, new HeldClassJson(@namespace, name, [.. volumes.Select(VolumeJson.Of)]), OperatorJson.Default.HeldClassJson);
        else
            await output.WriteLineAsync(Tell(secretClass, volumes));
        return ExitCode.Ok;
    }

    /// <summary>"no volume", "1 volume", "12 volumes".</summary>
    protected static string Count(IReadOnlyList<Volume> volumes) => volumes.Count switch
    {
        0 => "no volume",
        1 => "1 volume",
        var many => $"{many} volumes",
    };
}
