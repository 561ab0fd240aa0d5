using System.Reflection;
using Grpc.Core;

namespace ActorCsi.Embedded.Rpc;

/// <summary>Finds the binding method that protoc generated for a service and runs it.</summary>
internal static class GeneratedService
{
    private const BindingFlags AnyStatic = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static;

    public static void Bind(Type serviceType, ServiceBinderBase binder)
    {
        for (var type = serviceType; type is not null; type = type.BaseType)
        {
            if (type.GetCustomAttribute<BindServiceMethodAttribute>(inherit: false) is not { } attribute)
                continue;
            var bind = attribute.BindType.GetMethod(attribute.BindMethodName, AnyStatic, [typeof(ServiceBinderBase), type]);
            if (bind is null)
                break;
            bind.Invoke(null, [binder, null]); // no instance: only the list of methods is wanted
            return;
        }

        throw new InvalidOperationException(
            $"{serviceType} is not a gRPC service: it must derive from a base class generated from a .proto file (GrpcServices=\"Both\").");
    }
}
