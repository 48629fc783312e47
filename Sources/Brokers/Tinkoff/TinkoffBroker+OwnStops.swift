import Core
import Logging

/// What becomes of the stop orders that were placed from here.
extension TinkoffBroker {
    /// How long a stop's order may be listed before the stop is listed as executed.
    private static let longestLag = Duration.seconds(5)

    private var waitingIDs: [ClientOrderID] { book.openIDs.filter { book.open[$0]?.isStop == true } }

    /// Reads what became of our stops: at once when something hints at it, and every few seconds anyway. Apart from the
    /// orders, because their readings have to wait when there were many.
    func watchStops() async {
        while !Task.isCancelled {
            await stopBell.wait(atMost: settings.resync)
            do {
                if settings.holdsStops { try await lookAtStops(.reading) }
            } catch is CancellationError {
                return
            } catch {
                if Task.isCancelled { return }
                log.warning("stop orders could not be read", metadata: ["broker": "\(name)", "error": "\(error)"])
                try? await Task.sleep(for: .milliseconds(500))
            }
        }
    }

    /// One reading of what became of our stops.
    func lookAtStops(_ urgency: RequestUrgency, since moment: ContinuousClock.Instant? = nil) async throws {
        guard !waitingIDs.isEmpty else { return }
        try await takeBackDoubles(try await readStops(since: moment, urgency))
        var events: [VenueEvent] = []
        for id in waitingIDs {
            guard let symbol = book.open[id]?.symbol, let stop = try await foundStop(id, symbol, urgency) else {
                continue
            }
            let report = try await report(stop, id, symbol)
            if case .executed(let child?) = stop.state, let order = today.first(where: { $0.orderID == child }) {
                // Its executions are ours from here on.
                for fill in await fills(of: order) { if let news = book.tell(fill) { events.append(.fill(news)) } }
            }
            if let news = book.tell(report, at: await now()) { events.append(.order(news)) }
        }
        await tell(events)
    }

    /// One that was sent again, because it was not listed for longer than anybody waits, may stand there twice: the
    /// second would sell what is held no more.
    private func takeBackDoubles(_ waiting: [TinkoffStop]) async throws {
        for id in waitingIDs {
            guard let own = waiting.first(where: { book.name(of: $0.stopID) == id }) else { continue }
            let key = TinkoffNames.key(id)
            let doubles = waiting.filter { stop in
                stop.uid == own.uid && stop.side == own.side && book.name(of: stop.stopID) == nil
                    && stop.expiresAt.map { TinkoffNames.marks($0, key) } ?? false
            }
            for double in doubles {
                log.warning("a stop stands there twice", metadata: ["broker": "\(name)", "stop": "\(id)"])
                _ = try? await client.ask(try await account().unprotect(double.stopID))
                forgetStops()
            }
        }
    }

    /// The open stop of ours that an unknown order may come from.
    func parent(of order: TinkoffOrder) -> ClientOrderID? {
        guard settings.holdsStops, book.isStranger(order) else { return nil }
        return waitingIDs.first { id in
            guard let entry = book.open[id], let share = shares[entry.symbol], share.uid == order.uid,
                order.at >= entry.sentAt - .seconds(5)
            else { return false }
            // After a restart nobody here may know what was asked for.
            guard let request = entry.request, let sent = entry.sent else { return true }
            return request.side == order.side && share.lot.pieces(of: order.lots) == sent
        }
    }

    /// Whether what is known of an order has to wait, because it may turn out to be ours: what a stop became carries a
    /// name that the API invented, and only the list of stop orders says where it comes from.
    func isHeldBack(_ order: TinkoffOrder) -> Bool {
        guard let id = parent(of: order) else { return false }
        if suspects[order.orderID] == nil {
            suspects[order.orderID] = .now
            forgetStops()
            stopBell.ring()
        }
        guard let since = suspects[order.orderID], ContinuousClock.now - since >= Self.longestLag else { return true }
        // The list says that the stop executed, and does not say as what: as this.
        if let stopID = book.open[id]?.venueID, case .executed(child: nil)? = endedStops[stopID] {
            book.link(order.orderID, to: id)
        }
        return false
    }

    /// Looks at the stops at once when an order is seen that may come from one of ours.
    func linkChildren() async throws {
        let seen = today.filter { isHeldBack($0) }.compactMap { suspects[$0.orderID] }.max()
        if let seen { try await lookAtStops(.vital, since: seen) }
    }
}

extension TinkoffStop {
    /// How it executes.
    var kind: OrderKind { takesProfit ? .takeProfit(trigger: trigger) : .stop(trigger: trigger) }
}
