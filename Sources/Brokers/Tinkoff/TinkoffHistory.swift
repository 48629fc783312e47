package import Core

/// Recorded bars: exchange candles in stretches that the venue answers, put together without repetitions. Prices that
/// the broker makes on weekends are not among them.
package struct TinkoffHistory: Sendable {
    /// A candle counts as over so long after its end even if the venue does not say so.
    private static let patience = TimeSpan.seconds(30)

    private let client: TinkoffClient

    init(client: TinkoffClient) { self.client = client }

    /// Bars of a venue with these settings.
    ///
    /// - Throws: ``TrustFault`` when the file of extra roots cannot be read.
    package init(_ settings: TinkoffSettings) throws { client = try TinkoffClient(settings) }

    /// Closes all connections.
    package func shutdown() async { await client.shutdown() }

    /// The bars that opened in `from..<to` and closed at or before `closedAt`, oldest first. Volumes are shares.
    ///
    /// - Parameter progress: Told the moment reached after each stretch.
    /// - Throws: `VenueError`, also when the venue has no bars of this length.
    package func bars(
        _ share: TinkoffShare, _ interval: BarInterval, from: Timestamp, to: Timestamp, closedAt: Timestamp,
        progress: (Timestamp) async -> Void
    ) async throws -> [Bar] {
        guard let length = TinkoffInterval.of(interval) else {
            throw VenueError(
                .rejected, code: "NO_SUCH_INTERVAL",
                message: "\(interval) bars are not offered: use 1m, 2m, 3m, 5m, 10m, 15m, 30m, 1h, 2h, 4h, 1d or 1w")
        }
        var bars: [Bar] = []
        var start = from
        while start < to {
            // A stretch shorter than a candle has none; one candle more does no harm, repetitions are dropped.
            let end = min(start + length.span, max(to, start + interval.span))
            for candle in try await candles(share, length, from: start, to: end) {
                let closes = candle.at + interval.span
                guard candle.at >= from, candle.at < to, closes <= closedAt,
                    candle.isComplete || closedAt - closes >= Self.patience,
                    bars.last.map({ $0.openTime < candle.at }) ?? true
                else { continue }
                bars.append(candle.bar(share.lot))
            }
            start = end
            await progress(start)
        }
        return bars
    }

    private func candles(
        _ share: TinkoffShare, _ length: TinkoffInterval, from: Timestamp, to: Timestamp
    ) async throws -> [TinkoffCandle] {
        do {
            return try await client.ask(TinkoffMarketData.candles(share.uid, length, from: from, to: to))
                .sorted { $0.at < $1.at }
        } catch {
            throw error.error
        }
    }
}
