namespace ActorCsi.Grains.Providers.Vault;

/// <summary>
/// Writing the record down. A login is written down before it is used and a lease before it is shown to anybody, so that a crash leaves nothing behind that the next
/// start does not know of, but for what was granted in the very moment of it.
/// </summary>
internal sealed partial class VaultLoginGrain
{
    /// <summary>The reminder that exists as long as there is anything to give back: it is also the list of accounts.</summary>
    public const string ReminderName = "vault-login";

    private static readonly TimeSpan ReminderPeriod = TimeSpan.FromHours(1);

    private Task? _saving;
    private bool _unsaved;

    /// <summary>Writes the record. One at a time: whoever comes while it is written waits for the next time round.</summary>
    private Task Save()
    {
        _unsaved = true;
        return _saving ??= SaveAll();
    }

    private async Task SaveAll()
    {
        await Task.Yield(); // _saving must be set before this can end
        try
        {
            while (_unsaved)
            {
                _unsaved = false;
                await (_record.IsEmpty ? Forget() : Write());
            }
        }
        catch (Exception failure) // what is lost is only what a restart would have given back
        {
            Log.VaultLoginNotSaved(_log, this.GetPrimaryKeyString(), failure);
        }
        finally
        {
            _saving = null;
        }
        if (_record.IsEmpty && _working == 0)
            DeactivateOnIdle();
    }

    private async Task Write()
    {
        if (!_state.RecordExists) // the reminder first: a crash in between leaves a reminder without a record, which Resume takes away
            await this.RegisterOrUpdateReminder(ReminderName, ReminderPeriod, ReminderPeriod);
        _state.State = _record;
        await _state.WriteStateAsync();
    }

    private async Task Forget()
    {
        if (_state.RecordExists)
            await _state.ClearStateAsync();
        if (await this.GetReminder(ReminderName) is { } reminder)
            await this.UnregisterReminder(reminder);
    }
}
