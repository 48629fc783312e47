package import Core

/// How far a venue's clock is ahead of ours.
///
/// Invariants: a sample of a slower exchange replaces a fresh one of a quicker exchange only where not both can be
/// right, because a clock was set in between; the offset is off by at most half the round trip it was taken from.
package struct ClockOffset: Hashable, Sendable {
    /// Venue time less our time.
    package private(set) var offset = TimeSpan.zero
    /// The round trip of the sample in use; nil before the first.
    package private(set) var roundTrip: TimeSpan?
    private var takenAt = Timestamp.epoch
    private let fresh: TimeSpan

    /// No offset is known yet.
    ///
    /// - Parameter fresh: A sample older than this gives way to any new one: ten minutes, in which no clock drifts far.
    package init(fresh: TimeSpan = .seconds(600)) {
        self.fresh = fresh
    }

    /// The venue's time now.
    package func venueTime(at now: Timestamp) -> Timestamp { now + offset }

    /// Whether it is time for a new sample.
    package func isStale(at now: Timestamp) -> Bool {
        roundTrip == nil || now - takenAt >= fresh || now < takenAt
    }

    /// Whether there is a sample that nobody found wrong.
    package var isKnown: Bool { roundTrip != nil }

    /// Takes a sample: asked at `sent`, answered at `received`, the venue said `venue`.
    package mutating func take(venue: Timestamp, sent: Timestamp, received: Timestamp, forced: Bool = false) {
        let trip = received - sent
        // No answer takes so long: our own clock was set meanwhile.
        guard trip >= .zero, trip <= .seconds(60) else { return }
        let middle = Timestamp(milliseconds: sent.milliseconds + trip.milliseconds / 2)
        let told = venue - middle
        if let best = roundTrip, !forced, !isStale(at: received), trip > best,
            (told.milliseconds - offset.milliseconds).magnitude <= Self.doubt(trip, best)
        {
            return
        }
        (offset, roundTrip, takenAt) = (told, trip, received)
    }

    /// How far apart two samples may be, in milliseconds, for both to be right: each is off by half its trip at most,
    /// and a venue's machines do not agree to the last.
    private static func doubt(_ trip: TimeSpan, _ other: TimeSpan) -> UInt64 {
        ((trip.milliseconds + other.milliseconds) / 2).magnitude + 250
    }

    /// Forgets the sample, because the venue found our time wrong.
    package mutating func distrust() {
        roundTrip = nil
    }
}
