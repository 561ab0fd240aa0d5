using Orleans.Runtime;

namespace Orleans
{
    /// <summary>A grain that reminders call.</summary>
    public interface IRemindable : IGrain
    {
        /// <summary>A reminder of this grain is due. An exception is logged; the reminder comes again after its period.</summary>
        /// <param name="reminderName">Which one.</param>
        /// <param name="status">When it was first due, and when this tick is.</param>
        Task ReceiveReminder(string reminderName, TickStatus status);
    }
}

namespace Orleans.Runtime
{
    /// <summary>A registered reminder, to unregister it by.</summary>
    public interface IGrainReminder
    {
        /// <summary>Its name, unique within the grain.</summary>
        string ReminderName { get; }
    }

    /// <summary>When a reminder ticks. All times are UTC.</summary>
    /// <param name="firstTickTime">When it was due for the first time.</param>
    /// <param name="period">From one tick to the next.</param>
    /// <param name="timeStamp">When this tick was sent.</param>
    public readonly struct TickStatus(DateTime firstTickTime, TimeSpan period, DateTime timeStamp)
    {
        /// <summary>When it was due for the first time.</summary>
        public DateTime FirstTickTime { get; } = firstTickTime;

        /// <summary>From one tick to the next.</summary>
        public TimeSpan Period { get; } = period;

        /// <summary>When this tick was sent.</summary>
        public DateTime CurrentTickTime { get; } = timeStamp;

        /// <inheritdoc/>
        public override string ToString() => $"<{FirstTickTime:O}, {Period}, {CurrentTickTime:O}>";
    }

    /// <summary>A reminder could not be changed, because somebody else changed it meanwhile.</summary>
    public sealed class ReminderException : OrleansException
    {
        /// <summary>With words.</summary>
        public ReminderException(string message)
            : base(message)
        {
        }
    }
}
