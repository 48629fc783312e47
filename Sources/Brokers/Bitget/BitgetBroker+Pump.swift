import Core
import Logging

extension BitgetBroker {
    /// Finds out how the account stands and begins to tell news.
    ///
    /// - Throws: `VenueError` when the account, its modes or a symbol are not usable; nothing runs then.
    package func start(_ watch: VenueWatch) async throws {
        precondition(work == nil, "a broker is started once")
        let dialect = try await language()
        watched = watch.symbols
        // Who begins without bars only closes: that waits for nothing.
        if watch.isPrivate, watch.interval != nil, let symbol = watch.symbols.first {
            try await requirePermission(symbol)
        }
        for symbol in watch.symbols {
            _ = try await contract(symbol, watch.interval == nil ? .vital : .reading)
            if watch.isPrivate { try await takeStance(symbol, opens: watch.interval != nil) }
        }
        fillsSince = await now()
        if watch.isPrivate { try await adopt() }
        // Whoever acts on the first bar knows by then whether the market is open.
        await lookAtSessions()
        let sessions = try sessions(dialect, watch)
        work = Task {
            await withTaskGroup(of: Void.self) { group in
                for session in sessions { group.addTask { await session.run() } }
                if watch.isPrivate { group.addTask { await self.pump() } }
                group.addTask { await self.watchPrices() }
                group.addTask { await self.watchVenue() }
                if let interval = watch.interval {
                    for symbol in watch.symbols {
                        group.addTask { await self.watchBars(symbol, interval, after: watch.barsAfter) }
                    }
                }
            }
        }
    }

    /// Modes that cannot be set because something is open are no reason to leave it unguarded: then nothing is entered.
    private func takeStance(_ symbol: Symbol, opens: Bool) async throws {
        do {
            _ = try await stance(symbol, opens: opens)
        } catch let error as VenueError where opens && [.rejected, .configuration].contains(error.remedy) {
            guard try await isOpen(symbol) else { throw error }
            _ = try await stance(symbol, opens: false)
            log.error(
                "modes cannot be set while something is open: it is guarded and closed as it is, nothing is entered",
                metadata: ["broker": "\(name)", "symbol": "\(symbol)", "error": "\(error)"])
        }
    }

    /// Whether a position is held, or an order waits.
    func isOpen(_ symbol: Symbol) async throws -> Bool {
        let dialect = try await language()
        if try await ask(dialect.positions()).contains(where: { $0.symbol == symbol }) { return true }
        if try await openOrders().contains(where: { $0.symbol == symbol }) { return true }
        return try await allPlans().contains { $0.symbol == symbol }
    }

    /// Ends all news and closes all connections.
    package func stop() async {
        work?.cancel()
        recordingTask?.cancel()
        await work?.value
        work = nil
        feed.finish()
        await client.shutdown()
        await recordingTask?.value
    }

    private func sessions(_ dialect: any BitgetDialect, _ watch: VenueWatch) throws -> [StreamSession] {
        var scripts: [(BitgetStream, Bool)] = []
        if !watch.symbols.isEmpty {
            scripts.append((BitgetStream(broker: self, dialect: dialect, symbols: watch.symbols), false))
        }
        if watch.isPrivate { scripts.append((BitgetStream(broker: self, dialect: dialect, symbols: nil), true)) }
        return try scripts.map { script, isPrivate in
            let text = settings.streamAddress(dialect.family, isPrivate: isPrivate)
            guard let address = WebSocketAddress(text) else {
                throw VenueError(
                    .configuration, code: "BITGET_WS_URL",
                    message: "'\(text)' is no stream address: set BITGET_WS_URL to ws://host:port or wss://host")
            }
            return StreamSession(
                client: try WebSocketClient(address, trust: settings.trust), script: script, limits: settings.stream,
                backoff: settings.backoff, seed: settings.seed &+ (isPrivate ? 1 : 0))
        }
    }

    /// Follows the orders that are open already: those of a run before this one are ours as well.
    private func adopt() async throws {
        _ = try await openOrders()
        _ = try await allPlans()
    }

    // MARK: Orders and executions

    /// Reads what became of orders and executions: at once when something hints at it, and every few seconds anyway.
    private func pump() async {
        while !Task.isCancelled {
            let rest = hasPrivateStream ? settings.resync : settings.resync / 5
            let isDue = book.openIDs.contains { book.open[$0]?.isHinted == true }
            await bell.wait(atMost: isDue ? max(rest / 20, .milliseconds(100)) : rest)
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
        let isFull = lastFullLook.map { ContinuousClock.now - $0 >= settings.resync } ?? true
        if isFull {
            book.hintAll()
            lastFullLook = .now
        }
        let due = book.openIDs.filter { book.open[$0]?.isHinted == true }
        var reports: [OrderReport] = []
        // Orders before executions: an order that is seen as ended then finds its executions.
        var failure: (any Error)?
        var waiting: [BitgetOrder]? = []
        if due.contains(where: { book.open[$0]?.isPlan == true }) {
            do { waiting = try await protections() } catch { (waiting, failure) = (nil, error) }
        }
        for id in due {
            // An order that cannot be read keeps nobody else's news back.
            do {
                if let report = try await look(id, waiting) { reports.append(report) }
            } catch {
                failure = error
                if error is CancellationError || Task.isCancelled { break }
            }
        }
        var events: [VenueEvent] = []
        for fill in try await newFills() { events.append(.fill(fill)) }
        for report in reports { if let news = book.tell(report) { events.append(.order(news)) } }
        await tell(events)
        if let failure { throw failure }
    }

    /// - Parameter waiting: The protections that wait; nil when they could not be read, so that none is looked at.
    private func look(_ id: ClientOrderID, _ waiting: [BitgetOrder]?) async throws -> OrderReport? {
        guard let entry = book.open[id], !entry.isPlan || waiting != nil else { return nil }
        book.looked(id)
        do {
            let order =
                entry.isPlan
                ? try await plan(id, entry.symbol, waiting: waiting ?? []) : try await found(id, entry.symbol)
            // Neither there nor ended: listings lag; the port tells absence, when it is asked.
            return order.map(report)
        } catch {
            book.hint(id)
            throw error
        }
    }

    /// Executions are listed late and out of order: each reading looks back so much further than the one before it.
    private static let overlap = TimeSpan.seconds(60)

    private func newFills() async throws -> [Fill] {
        guard let last = fillsSince else { return [] }
        let asked = await now()
        // What lies ahead of the venue's time was measured by a clock that was found wrong since.
        let since = last > asked ? asked - Self.overlap : last
        let listed = try await executions(since: since)
        var news: [Fill] = []
        for fill in listed { if let new = book.tell(fill) { news.append(new) } }
        // The answer itself may have found it wrong.
        fillsSince = max(since, min(asked, await now()) - Self.overlap)
        return news
    }

    // MARK: What streams say

    /// Hears a private message.
    func hear(_ hint: BitgetHint) {
        for order in hint.orders {
            let id = book.clientID(of: order)
            // An order that nobody here sent may be what a trigger order became, under a name of its own.
            if dialect?.family == .unified, let id, !book.knows(id), book.hasPlan(of: order.symbol) {
                book.hintPlans()
                continue
            }
            book.note(order)
            if let id { book.hint(id) }
        }
        if hint.hasPlans || hint.hasPositions { book.hintPlans() }
        bell.ring()
    }

    /// A stream is there, or gone.
    func stream(isPrivate: Bool, isUp: Bool) async {
        guard isPrivate else { return }
        hasPrivateStream = isUp
        guard isUp else { return }
        // Whatever was missed is read before the stream is believed.
        book.hintAll()
        lastFullLook = nil
        bell.ring()
        if wasConnected { await tell([.reconnected]) }
        wasConnected = true
    }
}
