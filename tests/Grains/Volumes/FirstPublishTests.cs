using ActorCsi.Grains.Providers;

namespace ActorCsi.Tests.Volumes;

/// <summary>A first publish goes record, mount, files, record. OK means that all of it is done.</summary>
public sealed class FirstPublishTests : VolumeTest
{
    [Fact]
    public void Publish_First_RecordsMountsFetchesWritesAndRecords()
    {
        Provider.Gives("one");

        Publish();

        Assert.Equal(["remind", "write Asked", "mount", "fetch", "replace", "write Serving"], Effects);
        Assert.Equal("one", Content);
        Assert.Equal(VolumeState.Serving, Published.State);
    }

    [Fact]
    public void Publish_First_StatusTellsWhatWasServed()
    {
        Provider.Gives("one", bundle => bundle with { ExpiresAt = Time.GetUtcNow() + 9 * Minute, RefreshAt = Time.GetUtcNow() + 6 * Minute });

        Publish();

        Assert.Equal((Id, "class", ProviderName, 1L), (Published.VolumeId, Published.ClassName, Published.Provider, Published.Generation));
        Assert.Equal<string>([Target], Published.Targets);
        Assert.Equal<ObjectVersion>([new("object", "one")], Published.Objects);
        Assert.Equal((Time.GetUtcNow(), Time.GetUtcNow() + 9 * Minute, Time.GetUtcNow() + 6 * Minute),
            (Published.ServedAt!.Value, Published.ExpiresAt!.Value, Published.RefreshAt!.Value));
        Assert.Null(Published.Reason);
    }

    [Fact]
    public void Publish_First_AsksAsThePodForWhatTheClassSays()
    {
        Kubelet.Secrets = [("password", "geheim")];
        Classes.Set(ClassName, ProviderName, new KeyValuePair<string, string>("key", "value"));
        Provider.Gives("one");

        Publish();

        var asked = Assert.Single(Provider.Fetches);
        Assert.Equal(Kubelet.Spec, asked.Volume);
        Assert.Equal("value", asked.Class.Parameters["key"]);
        Assert.Equal(["vault"], asked.Tokens.All.Select(token => token.Audience));
        Assert.Equal(TokenSource.Secrets, asked.TokenSource);
        Assert.Equal("geheim", Assert.Single(asked.NodePublishSecrets).Value.ExposeText());
        Assert.Empty(asked.Current);
    }

    [Fact]
    public void Publish_SeveralAudiences_ProviderSeesItsOwnOnly()
    {
        Kubelet.Tokens = Fakes.PodTokenJson.For(Kubelet.Pod, Time.GetUtcNow(), 60 * Minute, "vault", "other");
        Provider.Gives("one");

        Publish();

        Assert.Equal(["vault"], Provider.Fetches.Single().Tokens.All.Select(token => token.Audience));
    }

    [Fact]
    public void Publish_First_ErasesTheBundle()
    {
        SecretBundle? given = null;
        Provider.Gives("one", bundle => given = bundle);

        Publish();

        Assert.Throws<ObjectDisposedException>(() => given!.Files[0].Content.Expose());
    }

    [Fact]
    public void Publish_ProviderWroteTheFilesItself_LeavesThem()
    {
        Provider.Then((_, _) =>
        {
            Kernel.Mounts[Target].Files = Kernel.Mounts[Target].Files.Add("file", "by the plugin");
            return Task.FromResult(new SecretBundle { Files = [], WrittenByProvider = true });
        });

        Publish();
        ClearEffects();
        Publish();

        Assert.Equal("by the plugin", Content);
        Assert.Empty(Effects);
        Assert.Equal(VolumeState.Serving, Published.State);
    }

    [Fact]
    public void Publish_Overlapping_AreOneAfterTheOtherAndFetchOnce()
    {
        var answer = new TaskCompletionSource<SecretBundle>();
        Provider.Then((_, _) => answer.Task);

        var first = StartPublish();
        var second = StartPublish();
        Assert.False(first.IsCompleted || second.IsCompleted);
        answer.SetResult(new SecretBundle { Files = [new SecretFile("file", SecretFile.DefaultMode, Secret.FromText("one"))] });
        Settle();

        Assert.True(first.IsCompletedSuccessfully && second.IsCompletedSuccessfully);
        Assert.Single(Provider.Fetches);
    }
}
