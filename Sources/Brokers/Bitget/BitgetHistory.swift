package import Core

/// Reads bars of any age: backwards in pages, each bar once, only closed ones.
package struct BitgetHistory: Sendable {
    private let client: BitgetClient
    private let dialect: any BitgetDialect

    /// A reader in a known language.
    init(client: BitgetClient, dialect: any BitgetDialect) {
        (self.client, self.dialect) = (client, dialect)
    }

    /// A reader that needs no account.
    ///
    /// - Throws: ``TrustFault``.
    package init(_ settings: BitgetSettings) throws {
        var settings = settings
        settings.credentials = nil
        client = try BitgetClient(settings)
        dialect = settings.family == .unified ? BitgetUnified(settings) : BitgetClassic(settings)
    }

    /// Closes all connections.
    package func shutdown() async { await client.shutdown() }

    /// The rules of an instrument.
    ///
    /// - Throws: `VenueError`.
    package func contract(_ symbol: Symbol) async throws -> BitgetContract? {
        do { return try await client.ask(dialect.contracts(symbol)).first } catch { throw error.error }
    }

    /// The venue's time now; its clock is looked at first where nobody did.
    package func time() async -> Timestamp { await client.lookedUpNow() }

    /// The bars that opened in `from..<to` and closed at or before `closedAt`, oldest first. Whatever is taken for now,
    /// none is told that had not closed when the venue answered, by its own word.
    ///
    /// - Parameter progress: Told the oldest moment reached after each page.
    /// - Throws: `VenueError`, also when the venue has no bars of this length.
    package func bars(
        _ symbol: Symbol, _ interval: BarInterval, from: Timestamp, to: Timestamp, closedAt: Timestamp,
        progress: (Timestamp) async -> Void
    ) async throws -> [Bar] {
        var pages: [[Bar]] = []
        var end = to
        while end > from {
            let page = try await page(symbol, interval, from: from, to: end, now: closedAt)
            let closing = min(closedAt, page.at ?? closedAt)
            let fresh = page.bars.filter {
                $0.openTime >= from && $0.openTime < end && $0.openTime + interval.span <= closing
            }
            let oldest = page.bars.map(\.openTime).min()
            if !fresh.isEmpty { pages.append(fresh) }
            guard let oldest, oldest < end else { break }
            end = oldest
            await progress(end)
        }
        return pages.reversed().flatMap { $0 }
    }

    /// A page that ends at `end`, and when the venue told it. An empty one may be the answer to a page that was too
    /// large: half of it is asked for before it is believed.
    private func page(
        _ symbol: Symbol, _ interval: BarInterval, from: Timestamp, to end: Timestamp, now: Timestamp
    ) async throws -> (bars: [Bar], at: Timestamp?) {
        let isOld = now - end > BitgetCandles.recentReach(interval)
        let largest = dialect.pageLimit(interval, isOld: isOld)
        for limit in [largest, max(1, largest / 2)] {
            let wanted = Timestamp(milliseconds: end.milliseconds - Int64(limit) * interval.milliseconds)
            // The recent place does not reach further back than it does, whatever it is asked.
            let reach = isOld ? from : max(from, now - BitgetCandles.recentReach(interval))
            let start = max(wanted, min(reach, end - interval.span))
            guard
                let question = dialect.candles(
                    symbol, interval, from: start, to: end, limit: limit, isOld: isOld)
            else {
                throw VenueError(
                    .rejected, code: "NO_SUCH_INTERVAL",
                    message: "\(interval) bars are not offered: use 1m, 3m, 5m, 15m, 30m, 1h, 4h, 6h, 12h or 1d")
            }
            let told: (answer: [Bar], at: Timestamp?)
            do { told = try await client.dated(question) } catch { throw error.error }
            // Whatever the venue does with the end of the window, bars at or after it belong to the page before.
            let earlier = told.answer.filter { $0.openTime < end }
            if !earlier.isEmpty { return (earlier, told.at) }
        }
        return ([], nil)
    }
}
