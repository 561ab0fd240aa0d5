namespace ActorCsi.Tests.Driver;

/// <summary>A class on the real grain runtime that keeps its hold in the script.</summary>
internal sealed class ScriptedClass(VolumeScript script, TimeProvider time) : Grain, IClassGrain
{
    public Task Hold(string reason)
    {
        script.Holds[this.GetPrimaryKeyString()] = new ClassHold(time.GetUtcNow(), reason);
        return Task.CompletedTask;
    }

    public Task Resume()
    {
        script.Holds.TryRemove(this.GetPrimaryKeyString(), out _);
        return Task.CompletedTask;
    }

    public async Task<ClassHold?> Inspect()
    {
        await script.OnInspectClass(this.GetPrimaryKeyString());
        return script.Holds.GetValueOrDefault(this.GetPrimaryKeyString());
    }
}
