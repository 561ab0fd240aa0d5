using System.Globalization;
using FsCheck;
using FsCheck.Fluent;

namespace ActorCsi.Tests.Volumes;

/// <summary>
/// Any sequence of what kubelet, operators, provider, disk and kernel may do to one volume, against a model that knows three things: the newest version, the
/// version that was last seen, and whether the pod was told OK. tests/Simulation explores overlaps and crashes at any point; this finds the shortest sequence.
/// </summary>
public sealed class VolumeModelTests
{
    /// <summary>What may happen to a volume.</summary>
    public enum Event
    {
        Publish,
        PublishWithNewTokens,
        PublishWithoutTokens,
        PublishWithUnreadableTokens,
        Unpublish,
        Refresh,
        Restart,
        SomebodyUnmounts,
        NewVersion,
        ProviderDown,
        ProviderDenies,
        ProviderUp,
        ClassChanges,
        RecordCannotBeWritten,
        RecordCannotBeCleared,
        FilesCannotBeWritten,
        CannotUnmount,
        SecondsPass,
        MinutesPass,
    }

    [Fact]
    public void AnySequence_KeepsThePromises() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(100).WithEndSize(40),
        Prop.ForAll(Gen.Elements(Enum.GetValues<Event>()).ArrayOf().ToArbitrary(), events =>
        {
            using var volume = new Modelled();
            foreach (var happening in events)
                volume.Meet(happening);
            volume.Heal();
            return true;
        }));

    private sealed class Modelled : VolumeTest
    {
        private int _newest = 1;
        private int _seen;
        private bool _wasToldOk;
        private VolumeError? _providerFails;
        private int _classes;

        public Modelled() => Provider.Then((_, _) => _providerFails is { } error
            ? throw new VolumeException(error, "scripted")
            : Task.FromResult(Bundle(_newest.ToString(CultureInfo.InvariantCulture))));

        public void Meet(Event happening)
        {
            switch (happening)
            {
                case Event.Publish or Event.PublishWithNewTokens or Event.PublishWithoutTokens or Event.PublishWithUnreadableTokens:
                    MeetPublish(happening);
                    break;
                case Event.Unpublish:
                    _wasToldOk = false;
                    if (Outcome(StartUnpublish()) is null)
                        AssertGone();
                    break;
                case Event.Refresh:
                    Outcome(Start(() => Volume.Refresh(CancellationToken.None)));
                    break;
                case Event.Restart:
                    Restart();
                    break;
                case Event.SomebodyUnmounts:
                    _wasToldOk = false;
                    Kernel.Mounts.Clear();
                    break;
                case Event.NewVersion:
                    _newest++;
                    break;
                case Event.ProviderDown:
                    _providerFails = VolumeError.ProviderUnavailable;
                    break;
                case Event.ProviderDenies:
                    _providerFails = VolumeError.ProviderDenies;
                    break;
                case Event.ProviderUp:
                    _providerFails = null;
                    break;
                case Event.ClassChanges:
                    Classes.Set(ClassName, ProviderName, new KeyValuePair<string, string>("number", $"{++_classes}"));
                    break;
                case Event.RecordCannotBeWritten:
                    Break("write Asked");
                    Break("write Serving");
                    break;
                case Event.RecordCannotBeCleared:
                    Break("clear");
                    break;
                case Event.FilesCannotBeWritten:
                    Break("written", new VolumeException(VolumeError.Full, "scripted: no space"));
                    break;
                case Event.CannotUnmount:
                    Break("unmount");
                    break;
                case Event.SecondsPass:
                    Advance(10 * Second);
                    break;
                case Event.MinutesPass:
                    Advance(3 * Minute);
                    break;
            }
            Look(happening);
        }

        /// <summary>Nothing is broken any more: the newest version is served, and after an unpublish nothing is left.</summary>
        public void Heal()
        {
            Mend();
            _providerFails = null;
            _newest++;
            Kubelet.RenewTokens();
            if (Outcome(StartPublish()) is not null)
            {
                Advance(5 * Minute); // the provider was spared for a while
                Assert.Null(Outcome(StartPublish()));
            }
            Advance(10 * Minute);
            Assert.Equal(_newest.ToString(CultureInfo.InvariantCulture), Content);
            Assert.Equal((VolumeState.Serving, null), (Published.State, Published.Reason));
            Unpublish();
            AssertGone();
        }

        private void MeetPublish(Event how)
        {
            if (how is Event.PublishWithNewTokens)
                Kubelet.RenewTokens();
            var tokens = Kubelet.Tokens;
            if (how is Event.PublishWithoutTokens)
                Kubelet.Tokens = null;
            if (how is Event.PublishWithUnreadableTokens)
                Kubelet.Tokens = "[";
            var canBeUndone = !WillFail("unmount") && !WillFail("clear");
            var failure = Outcome(StartPublish());
            Kubelet.Tokens = tokens;

            if (failure is null)
                Assert.NotNull(Content);
            else if (_wasToldOk)
                Assert.True(how is Event.PublishWithoutTokens && failure is VolumeException { Error: VolumeError.TokenMissing }, $"content in place and {how} was answered {failure}");
            else if (canBeUndone)
                AssertGone();
            _wasToldOk |= failure is null;
        }

        /// <summary>Who was told OK has files, one version is shown, and none goes back.</summary>
        private void Look(Event after)
        {
            if (Content is null)
            {
                Assert.False(_wasToldOk, $"the files are gone after {after}");
                _seen = 0;
                return;
            }
            var version = int.Parse(Content, CultureInfo.InvariantCulture);
            Assert.InRange(version, _seen, _newest);
            _seen = version;
        }

        /// <summary>How a call ends; time passes where it waits.</summary>
        private Exception? Outcome(Task call)
        {
            for (var i = 0; !call.IsCompleted && i < 300; i++)
                Advance(Second);
            Assert.True(call.IsCompleted, "a call has not ended in five minutes");
            return call.Exception?.InnerException;
        }
    }
}
