using System.Text;

namespace ActorCsi.GrainEngine.CodeGen;

/// <summary>Writes the reference class of one grain interface, with a nested class for each of its calls.</summary>
internal static class ReferenceWriter
{
    public static string ClassName(GrainInterface grain) => "Reference_" + Names.Identifier(grain.Name);

    public static string Write(GrainInterface grain, string codeNamespace)
    {
        var text = new StringBuilder();
        text.Append($$"""
            {{Names.Header}}
            namespace {{codeNamespace}}
            {
                internal sealed class {{ClassName(grain)}} : global::ActorCsi.GrainEngine.GeneratedReference, {{grain.Type}}
                {
                    public {{ClassName(grain)}}(global::ActorCsi.GrainEngine.ReferenceTarget target)
                        : base(target)
                    {
                    }

                    public override string InterfaceName => "{{grain.Name}}";

            """);
        for (var i = 0; i < grain.Methods.Count; i++)
            text.Append(Method(grain.Methods[i], $"{grain.Methods[i].Name}_{i}", grain.Name));
        text.Append("    }\n}\n");
        return text.ToString();
    }

    private static string Method(GrainMethod method, string call, string interfaceName)
    {
        var parameters = string.Join(", ", method.Parameters.Select((parameter, i) => $"{parameter.Type} p{i}"));
        var arguments = string.Join(", ", method.Parameters.Select((_, i) => $"p{i}"));
        var send = $"Send(new {call}({arguments}))";
        var body = !method.IsValueTask ? send : $"new {method.ReturnType}({send})";
        var token = method.Parameters.Any(parameter => parameter.IsToken)
            ? ", p" + method.Parameters.TakeWhile(parameter => !parameter.IsToken).Count()
            : "";
        var fields = Lines(method, (parameter, i) => $"            private readonly {parameter.Type} _{i};\n");
        var assignments = Lines(method, (_, i) => $"                _{i} = p{i};\n");
        var values = string.Join(", ", method.Parameters.Select((parameter, i) => parameter.IsToken ? "Token" : $"_{i}"));
        var cases = string.Concat(method.Parameters.Select((parameter, i) => $"                {i} => {(parameter.IsToken ? "Token" : $"_{i}")},\n"));
        var types = string.Join(", ", method.Parameters.Select(parameter => $"typeof({parameter.PlainType})"));
        var typeList = types.Length > 0 ? $"new global::System.Type[] {{ {types} }}" : "global::System.Type.EmptyTypes";
        var timeout = method.Timeout is null ? "null" : $"global::System.TimeSpan.Parse(\"{method.Timeout}\", global::System.Globalization.CultureInfo.InvariantCulture)";
        var callBase = method.ResultType is null ? "GrainActionCall" : $"GrainCall<{method.ResultType}>";
        return $$"""

                    {{method.ReturnType}} {{method.DeclaringType}}.{{method.Name}}({{parameters}}) => {{body}};

                    private sealed class {{call}} : global::ActorCsi.GrainEngine.{{callBase}}
                    {
                        private static readonly global::ActorCsi.GrainEngine.GrainMethod s_method = new(
                            typeof({{method.DeclaringType}}), "{{interfaceName}}", "{{method.Name}}", (global::ActorCsi.GrainEngine.GrainCallOptions){{method.Options}},
                            {{timeout}}, static () => typeof({{method.DeclaringType}}).GetMethod("{{method.Name}}", {{typeList}})!);

            {{fields}}
                        public {{call}}({{parameters}})
                            : base(s_method{{token}})
                        {
            {{assignments}}            }

                        public override int GetArgumentCount() => {{method.Parameters.Count}};

                        public override object? GetArgument(int index) => index switch
                        {
            {{cases}}                _ => base.GetArgument(index),
                        };

                        protected override global::System.Threading.Tasks.Task Invoke(object grain) =>
                            (({{method.DeclaringType}})grain).{{method.Name}}({{values}}){{(method.IsValueTask ? ".AsTask()" : "")}};
                    }

            """;
    }

    private static string Lines(GrainMethod method, Func<MethodParameter, int, string> line) =>
        string.Concat(method.Parameters.Select((parameter, i) => parameter.IsToken ? "" : line(parameter, i)));
}
