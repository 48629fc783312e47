import Brokers
import Core
import Foundation

/// Where recorded bars come from.
struct BarSource {
    /// Names the source's interrupted downloads.
    let label: String
    /// Whether the market is closed at times: a missing bar between two stored ones is then no reason to ask again.
    let hasGaps: Bool
    /// The closed bars that opened in a stretch of time, oldest first.
    let bars: (Symbol, BarInterval, Range<Int64>) async throws -> [Bar]
    /// Closes all connections.
    let close: () async -> Void

    /// The bars of a venue.
    ///
    /// - Throws: ``CommandFailure`` when there is no such venue, or its settings are unusable.
    init(_ name: BrokerName, _ settings: VenueSettings) throws {
        switch name {
        case Venues.futures, Venues.spot:
            var own = settings.bitget
            own.market = name == Venues.spot ? .spot : .futures
            let history = try BitgetHistory(own)
            (label, hasGaps) = (own.market.rawValue, false)
            bars = { symbol, interval, range in
                try await history.bars(
                    symbol, interval, from: Timestamp(milliseconds: range.lowerBound),
                    to: Timestamp(milliseconds: range.upperBound), closedAt: await history.time()
                ) { _ in }
            }
            close = { await history.shutdown() }
        case Venues.shares:
            let broker = try Venues.tinkoff(settings)
            (label, hasGaps) = ("\(name)", true)
            bars = { symbol, interval, range in
                try await broker.bars(
                    symbol, interval, from: Timestamp(milliseconds: range.lowerBound),
                    to: Timestamp(milliseconds: range.upperBound))
            }
            close = { await broker.stop() }
        default:
            throw CommandFailure(
                .usage, "no venue named \(name) has bars",
                fix: "use \(Venues.futures), \(Venues.spot) or \(Venues.shares)")
        }
    }
}
