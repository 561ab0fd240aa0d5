using System.Diagnostics.CodeAnalysis;
using ActorCsi.GrainEngine;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;

namespace Orleans.Runtime
{
    /// <summary>Something to run once when the silo has started.</summary>
    public interface IStartupTask
    {
        /// <summary>Runs it. An exception fails the start of the host.</summary>
        Task Execute(CancellationToken cancellationToken);
    }
}

namespace Orleans.Hosting
{
    /// <summary>Things to run once when the silo has started, in the order in which they were added. The host's start waits for them.</summary>
    public static class SiloBuilderStartupExtensions
    {
        /// <summary>When start-up tasks run, in Orleans' numbering: when the silo takes calls. This engine knows no other stage.</summary>
        private const int Active = 20000;

        /// <summary>Adds a task made from the host's services.</summary>
        public static ISiloBuilder AddStartupTask<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TStartup>(
            this ISiloBuilder builder, int stage = Active)
            where TStartup : class, IStartupTask
            => builder.AddStartupTask(
                (services, cancellation) => ActivatorUtilities.GetServiceOrCreateInstance<TStartup>(services).Execute(cancellation), stage);

        /// <summary>Adds a task.</summary>
        public static ISiloBuilder AddStartupTask(this ISiloBuilder builder, IStartupTask startupTask, int stage = Active) =>
            builder.AddStartupTask((_, cancellation) => startupTask.Execute(cancellation), stage);

        /// <summary>Adds a task written as a function.</summary>
        public static ISiloBuilder AddStartupTask(
            this ISiloBuilder builder, Func<IServiceProvider, CancellationToken, Task> startupTask, int stage = Active)
        {
            ArgumentNullException.ThrowIfNull(startupTask);
            ArgumentOutOfRangeException.ThrowIfNotEqual(stage, Active);
            builder.Services.AddSingleton(new SiloStartupTask(startupTask));
            return builder;
        }
    }
}
