public import Core

/// The engine's time by a clock that people and services set: it never goes back, and it never stands still.
///
/// What a clock is set back by becomes a lead over it, which melts away by a twentieth of the time that passes: until
/// then deadlines are at most 5 % late. Standing still until the clock has caught up would keep a stop, a question or
/// a kill waiting for as long as it was set back.
public struct SteadyClock: Hashable, Sendable {
    /// How far this time was ahead of the clock at ``since``.
    private var lead: TimeSpan
    private var since: Timestamp
    /// What the clock showed last.
    private var last: Timestamp

    /// A time that goes on from `moment`, the last one that the engine saw, by a clock that shows `wall`.
    public init(from moment: Timestamp = .epoch, at wall: Timestamp) {
        (lead, since, last) = (max(moment - wall, .zero), wall, wall)
    }

    /// The time when the clock shows `wall`, not before it showed so last.
    public func moment(at wall: Timestamp) -> Timestamp { wall + lead(at: wall) }

    /// The time now that the clock shows `wall`; less than last time means that it was set back.
    public mutating func read(_ wall: Timestamp) -> Timestamp {
        if wall < last { (lead, since) = (lead(at: last) + (last - wall), wall) }
        last = wall
        return moment(at: wall)
    }

    private func lead(at wall: Timestamp) -> TimeSpan {
        max(lead + .milliseconds(-(wall - since).milliseconds / 20), .zero)
    }
}
