import Core
import Logging

extension TinkoffBroker {
    /// Finds out how the account stands and begins to tell news.
    ///
    /// - Throws: `VenueError` when the account, a share or the stream address is not usable; nothing runs then.
    package func start(_ watch: VenueWatch) async throws {
        precondition(work == nil, "a broker is started once")
        if let tariff = try? await ask(TinkoffMarketData.tariff()) { await client.takeLimits(tariff) }
        watched = watch.symbols
        for symbol in watch.symbols { _ = try await share(symbol) }
        if watch.isPrivate {
            guard try await chosenAccount().mayTrade else {
                throw VenueError(
                    .configuration, code: "TINKOFF_READ_ONLY",
                    message: "the token may only read this account: make one with full access")
            }
            try await adopt()
        }
        // Whoever acts on the first bar knows by then whether the market is open.
        if !watched.isEmpty { await lookAtSessions() }
        let sessions = try await streams(watch)
        work = Task {
            await withTaskGroup(of: Void.self) { group in
                for session in sessions { group.addTask { await session.run() } }
                if watch.isPrivate {
                    group.addTask { await self.pump() }
                    group.addTask { await self.watchStops() }
                }
                if !watch.symbols.isEmpty {
                    group.addTask { await self.watchPrices() }
                    group.addTask { await self.watchSessions() }
                }
                if let interval = watch.interval {
                    for symbol in watch.symbols {
                        group.addTask { await self.watchBars(symbol, interval, after: watch.barsAfter) }
                    }
                }
            }
        }
    }

    /// Ends all news and closes all connections.
    package func stop() async {
        work?.cancel()
        await work?.value
        work = nil
        feed.finish()
        await client.shutdown()
    }

    private func streams(_ watch: VenueWatch) async throws -> [StreamSession] {
        var kinds: [TinkoffStream.Kind] = []
        if !watch.symbols.isEmpty { kinds.append(.market(watch.interval)) }
        if watch.isPrivate {
            kinds += [.orders, .portfolio]
            if settings.hasTradesStream { kinds.append(.trades) }
        }
        var sessions: [StreamSession] = []
        for (index, kind) in kinds.enumerated() {
            let account = watch.isPrivate ? try await self.account().account : ""
            let text = settings.streamAddress(kind.method)
            guard let address = WebSocketAddress(text) else {
                throw VenueError(
                    .configuration, code: "TINKOFF_WS_URL",
                    message: "'\(text)' is no stream address: set TINKOFF_WS_URL to ws://host:port or wss://host")
            }
            let script = TinkoffStream(
                broker: self, kind: kind, uids: watched.compactMap { shares[$0]?.uid }, account: account)
            let headers = [
                ("Authorization", "Bearer \(settings.token?.revealed ?? "")"), ("Sec-WebSocket-Protocol", "json"),
            ]
            sessions.append(
                StreamSession(
                    client: try WebSocketClient(address, trust: settings.trust, headers: headers), script: script,
                    limits: settings.stream, backoff: settings.backoff, seed: settings.seed &+ UInt64(index)))
        }
        return sessions
    }

    /// Follows the orders that are open already, and takes today's earlier executions as told.
    private func adopt() async throws {
        if settings.holdsStops {
            _ = try await readStops()
            _ = try await readEndedStops()
        }
        try await waitUntilLoaded()
        for order in today where order.done > .zero {
            for fill in await fills(of: order) { book.pass(fill) }
        }
    }

    /// In the morning the venue loads the accounts' limits for a while; what it tells meanwhile is not true yet.
    private func waitUntilLoaded() async throws {
        let begun = uptime()
        while true {
            do {
                _ = try await settledLook()
                return
            } catch let error as VenueError where error.code == "TINKOFF_LOADING" && uptime() - begun < .seconds(30) {
                try await Task.sleep(for: .milliseconds(200))
            }
        }
    }

    // MARK: Orders and executions

    /// Something is about to happen: look at once, then less and less often.
    func lookSoon() {
        quickLooks = 0
        bell.ring()
    }

    /// Reads what became of orders and executions: at once when something hints at it, and every few seconds anyway.
    private func pump() async {
        while !Task.isCancelled {
            let rest = liveStreams.contains("orders") ? settings.resync : settings.resync / 3
            let isBusy = book.openIDs.contains { book.open[$0]?.isStop == false }
            let quick = Duration.milliseconds(40) * Double(1 << min(quickLooks, 8))
            await bell.wait(atMost: isBusy ? min(quick, rest) : rest)
            quickLooks += 1
            do {
                try await resync()
            } catch is CancellationError {
                return
            } catch {
                if Task.isCancelled { return }
                // The next round reads again; nothing is lost but time.
                log.warning("orders could not be read", metadata: ["broker": "\(name)", "error": "\(error)"])
                try? await Task.sleep(for: .milliseconds(200))
            }
        }
    }

    /// One reading.
    func resync() async throws {
        let isBusy = book.openIDs.contains { book.open[$0]?.isStop == false }
        let orders = try await readOrders(isBusy ? .vital : .reading)
        var (events, reports): ([VenueEvent], [OrderReport]) = ([], [])
        let known = Set(book.openIDs)
        for order in orders where !isHeldBack(order) {
            guard let symbol = await symbol(of: order.uid, order.ticker) else { continue }
            for fill in order.done > .zero ? await fills(of: order) : [] {
                if let news = book.tell(fill) { events.append(.fill(news)) }
            }
            guard book.clientID(of: order).map(known.contains) ?? false else { continue }
            // Without its lot it waits for the next reading.
            if let report = try? await report(order, symbol) { reports.append(report) }
        }
        reports += try await lookAtYesterdays(orders)
        for report in reports {
            guard let news = book.tell(report, at: await now()) else { continue }
            watchForStall(news)
            events.append(.order(news))
        }
        await tell(events)
    }

    /// Orders of ours that are open here and were sent on an earlier day: they are in no list any more, and what became
    /// of them is asked for one by one.
    private func lookAtYesterdays(_ listed: [TinkoffOrder]) async throws -> [OrderReport] {
        let day = TinkoffTime.startOfDay(await now())
        let known = Set(listed.compactMap { book.clientID(of: $0) })
        var reports: [OrderReport] = []
        for id in book.openIDs where !known.contains(id) {
            guard let entry = book.open[id], !entry.isStop, entry.request != nil, entry.sentAt < day,
                oldAskedAt[id].map({ ContinuousClock.now - $0 >= settings.resync }) ?? true
            else { continue }
            oldAskedAt[id] = .now
            guard let order = try await state(TinkoffNames.key(id), isRequest: true) else { continue }
            if let report = try? await report(order, entry.symbol) { reports.append(report) }
        }
        return reports
    }

    /// A stream that tells of orders should have told of this end, or will within a few seconds.
    private func watchForStall(_ report: OrderReport) {
        guard liveStreams.contains("orders"), report.state.isFinal, let id = report.clientID else { return }
        let key = TinkoffNames.key(id)
        if hints[key] == nil, hints[report.venueOrderID] == nil { expectedHints[key] = (report.venueOrderID, .now) }
    }

    /// Whether a stream is silent about what readings found: its pings alone prove nothing.
    func isStalled(_ stream: String) -> Bool {
        if stream == "market" {
            return marketLagSince.map { ContinuousClock.now - $0 > settings.hintPatience } ?? false
        }
        guard stream == "orders" else { return false }
        return expectedHints.values.contains { ContinuousClock.now - $0.since > settings.hintPatience }
    }

    // MARK: What streams say

    /// Something happened to an order. The first event of an order carries a name that is internal to the broker, so
    /// only our own key says which one it is, and the rest is read.
    ///
    /// - Parameters:
    ///   - uid: Its instrument, where told.
    ///   - side: Its side, where told.
    func hearOfOrder(_ names: [String], uid: String? = nil, side: Side? = nil) {
        for name in names {
            hints[name] = true
            // What a stop became is told under a key that the API invented, and under the order's own name.
            expectedHints = expectedHints.filter { $0.key != name && $0.value.venueOrderID != name }
            soughtAt = soughtAt.filter { TinkoffNames.key($0.key) != name }
        }
        // Only an order that a stop may have become says anything about stops, which may be read seldom.
        let isOurs = names.contains { book.asked(for: $0) }
        let waiting = stopLists[.waiting]?.stops ?? []
        if !isOurs, waiting.contains(where: { $0.uid == uid ?? $0.uid && $0.side == side ?? $0.side }) {
            hearOfStops()
        }
        lookSoon()
    }

    /// Something happened to stop orders.
    func hearOfStops() {
        forgetStops()
        stopBell.ring()
        lookSoon()
    }

    /// Something was executed or moved.
    func hearOfAccount() {
        averages = [:]
        lookSoon()
    }

    /// A stream tells what it was asked for.
    func streamIsServed(_ kind: TinkoffStream.Kind) async {
        if !liveStreams.contains(kind.name) { await stream(kind, isUp: true) }
    }

    /// A stream is there, or gone.
    func stream(_ kind: TinkoffStream.Kind, isUp: Bool) async {
        if kind == .orders { expectedHints = [:] }
        if kind.name == "market" { marketLagSince = nil }
        guard isUp else {
            liveStreams.remove(kind.name)
            return
        }
        liveStreams.insert(kind.name)
        guard kind == .orders else { return }
        // Nothing is replayed: whatever was missed is read before the stream is believed.
        hearOfStops()
        if wasConnected { await tell([.reconnected]) }
        wasConnected = true
    }
}
