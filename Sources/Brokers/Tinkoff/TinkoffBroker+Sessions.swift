import Core

extension TinkoffBroker {
    /// A calendar is read again after so long.
    private static let calendarAge = TimeSpan.seconds(3 * 3600)

    /// Watches whether the market is open, and how far the venue's clock is ahead of ours.
    func watchSessions() async {
        var told: TimeSpan?
        while !Task.isCancelled {
            await lookAtSessions()
            if let offset = await client.clockOffset(), offset != told {
                told = offset
                await tell([.clock(offset: offset)])
            }
            await sessionBell.wait(atMost: settings.sessionSpacing)
        }
    }

    /// The market's state is said to have changed.
    func hearOfSession() { sessionBell.ring() }

    /// One look; what cannot be read stays as it was.
    func lookAtSessions() async {
        let uids = watched.compactMap { shares[$0]?.uid }
        if let found = try? await ask(TinkoffMarketData.statuses(uids)) {
            for status in found { statuses[status.uid] = status }
        }
        for symbol in watched {
            let session = await session(symbol)
            guard let session, toldSessions[symbol] != session else { continue }
            guard await tell([.session(symbol, isOpen: session.isOpen, next: session.next)]) else { return }
            toldSessions[symbol] = session
        }
    }

    /// Whether a share can be traded now, and when that changes; nil when neither status nor calendar is known.
    func session(_ symbol: Symbol) async -> TinkoffSchedule.Session? {
        guard let share = shares[symbol] else { return nil }
        let status = statuses[share.uid] ?? statuses[share.figi]
        let now = await now()
        guard let days = await calendar(share.exchange, at: now) ?? (status == nil ? nil : []) else { return nil }
        return TinkoffSchedule(days, withDealer: settings.tradesWeekends).session(status, at: now)
    }

    private func calendar(_ exchange: String, at now: Timestamp) async -> [TinkoffDay]? {
        if let known = calendars[exchange], now - known.readAt < Self.calendarAge { return known.days }
        guard let days = try? await ask(TinkoffMarketData.schedule(exchange, from: now)) else {
            return calendars[exchange]?.days
        }
        calendars[exchange] = (days, now)
        return days
    }

    /// No stop is given up for a close that the market does not take. It is asked just before: what was heard last may
    /// be some seconds old, and of a share that nobody watches nothing was heard. Without an answer that counts.
    ///
    /// - Throws: `VenueError` with the next opening.
    func requireOpenMarket(_ share: TinkoffShare) async throws {
        await readStatus(share.uid)
        guard let status = statuses[share.uid] ?? statuses[share.figi], !status.takesExits else { return }
        let text = "the market takes no closing orders now; the stop stays until it does"
        throw await closedMarket(share.symbol, VenueError(.retryable, code: "TINKOFF_CLOSED", message: text))
    }

    private func readStatus(_ uid: String) async {
        guard let found = try? await ask(TinkoffMarketData.statuses([uid]).with(.vital)) else { return }
        for status in found { statuses[status.uid] = status }
    }

    /// A refusal because of the hour, with the next opening.
    func closedMarket(_ symbol: Symbol, _ error: VenueError) async -> VenueError {
        if let uid = shares[symbol]?.uid { await readStatus(uid) }
        hearOfSession()
        guard let next = await session(symbol)?.next else { return error }
        return VenueError(
            error.remedy, code: error.code, message: "\(error.message); next change \(TinkoffTime.write(next))")
    }
}
