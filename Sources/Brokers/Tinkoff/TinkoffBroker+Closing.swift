import Core

/// The venue closes nothing by itself: an order that is to reduce is an order like any other. What follows makes sure
/// that it cannot flip a position. A closing order is sent only
/// - one at a time for each symbol,
/// - after the stops that could execute beside it were cancelled and are seen to be gone,
/// - and for at most what is held, by a position that agrees with the executions, less what orders on their way, seen
///   or in doubt, may still take from it.
///
/// All of it is taken from one look at the account: the list of orders that the positions were compared with. A list
/// that somebody else reads meanwhile may show an execution that these positions lack.
extension TinkoffBroker {
    /// How often a cancelled stop is looked for before it counts as still there.
    private static let looksAtStops = 6

    /// How much of a closing order can be sent.
    ///
    /// - Throws: `VenueError` when nothing can be closed, now or at all.
    func closable(_ request: OrderRequest) async throws -> TinkoffPieces {
        let share = try await share(request.symbol)
        guard var wanted = TinkoffPieces(request.quantity) else {
            throw VenueError(.rejected, code: "TINKOFF_LOT", message: "\(request.quantity) are no whole shares")
        }
        if !request.kind.isProtective, let most = await closingLimit(request, share) { wanted = min(wanted, most) }
        var stops = try await stops(beside: request, share)
        if seesStops { try await seekLoose(share.uid, request.side) }
        var look = try await settledLook(of: [share.uid])
        var held = Self.held(share, request.side, look)
        guard held > .zero else {
            throw VenueError(
                .rejected, code: "NOTHING_TO_CLOSE", message: "no \(request.symbol) is held that \(request.side) closes"
            )
        }
        let day = TinkoffTime.startOfDay(await now())
        let others = onTheWay(share, request, look, since: day)
        // Without a lot that would be free then, stops are not taken back: they are all that looks after it.
        let most = min(wanted, max(held - others, .zero))
        if !request.kind.isProtective, !stops.isEmpty, held - others - taken(stops, share) < wanted,
            share.lot.pieces(of: share.lot.wholeLots(in: most)) > .zero
        {
            try await requireOpenMarket(share)
            try await withdraw(stops, share, request)
            stops = []
            // A stop that executed meanwhile took its part.
            look = try await settledLook(of: [share.uid])
            held = Self.held(share, request.side, look)
        }
        let free = held - onTheWay(share, request, look, since: day) - taken(stops, share)
        let pieces = share.lot.pieces(of: share.lot.wholeLots(in: min(wanted, max(free, .zero))))
        guard pieces > .zero else {
            let isOdd = free > .zero
            let text =
                isOdd
                ? "\(free.count) \(request.symbol) are less than a lot of \(share.lot.pieces): sell them in the app"
                : "all \(held.count) \(request.symbol) are spoken for by orders on their way"
            throw VenueError(
                isOdd ? .rejected : .retryable, code: isOdd ? "TINKOFF_ODD_LOT" : "CLOSE_IN_THE_WAY", message: text)
        }
        return pieces
    }

    /// What is held on the side that an order of `side` closes; zero when nothing.
    private static func held(_ share: TinkoffShare, _ side: Side, _ look: TinkoffLook) -> TinkoffPieces {
        let holding = look.balance.holdings.first { $0.uid == share.uid || $0.uid == share.figi }
        let signed = holding?.pieces ?? .zero
        return max(side == .sell ? signed : -signed, .zero)
    }

    /// What orders on their way may still take from what `look` showed: those the venue listed, and ours whose fate was
    /// not known then or is not known now.
    private func onTheWay(
        _ share: TinkoffShare, _ request: OrderRequest, _ look: TinkoffLook, since day: Timestamp
    ) -> TinkoffPieces {
        var pieces = TinkoffPieces.zero
        var listed: Set<ClientOrderID> = []
        for order in look.orders where order.uid == share.uid {
            if let id = book.clientID(of: order) { listed.insert(id) }
            guard order.side == request.side, !order.state.isFinal else { continue }
            pieces = pieces + share.lot.pieces(of: TinkoffLots(order.lots.count - order.done.count))
        }
        // What was taken but is not listed yet counts whole, and so does what may have arrived.
        let open = look.open.merging(book.open) { _, now in now }
        for id in open.keys.sorted() where id != request.clientID && !listed.contains(id) {
            guard let entry = open[id], entry.symbol == share.symbol, !entry.isStop, entry.sentAt >= day,
                entry.request?.side == request.side, let sent = entry.sent
            else { continue }
            pieces = pieces + sent
        }
        return pieces + loose(share, request, look, open, since: day)
    }

    /// What stops may still take that left the list of those that wait, ours or not, however old: each counts whole
    /// until it is known to have ended, or the order it became is listed.
    private func loose(
        _ share: TinkoffShare, _ request: OrderRequest, _ look: TinkoffLook,
        _ open: [ClientOrderID: TinkoffBook.Tracked], since day: Timestamp
    ) -> TinkoffPieces {
        var pieces = TinkoffPieces.zero
        let all = look.loose.merging(looseStops.mapValues(\.stop)) { _, now in now }
        for (stopID, stop) in all where stop.uid == share.uid && stop.side == request.side {
            if mayTake(stopID, stop, look, since: day) { pieces = pieces + share.lot.pieces(of: stop.lots) }
        }
        // Ours that were never seen in a list.
        for id in open.keys.sorted() where id != request.clientID {
            guard let entry = open[id], entry.symbol == share.symbol, entry.isStop, isAtLarge(entry.venueID),
                entry.venueID.map({ all[$0] == nil }) ?? true, let sent = entry.sent,
                entry.request?.side == request.side
            else { continue }
            pieces = pieces + sent
        }
        return pieces
    }

    /// Whether a stop may execute beyond what `look` showed: the order it became may be known by now, told singly even
    /// before, but was not among those that its positions agree with. Orders of earlier days are listed no more.
    private func mayTake(_ stopID: String, _ stop: TinkoffStop, _ look: TinkoffLook, since day: Timestamp) -> Bool {
        if isAtLarge(stopID) { return true }
        guard case .executed(let child?)? = endedStops[stopID], !look.orders.contains(where: { $0.orderID == child })
        else { return false }
        if look.loose[stopID] != nil { return true }
        guard let at = stop.firedAt, at >= day else { return false }
        return seenOrders[child] == false || !isOld(stopID)
    }

    private func taken(_ stops: [TinkoffStop], _ share: TinkoffShare) -> TinkoffPieces {
        stops.reduce(.zero) { $0 + share.lot.pieces(of: $1.lots) }
    }

    /// The waiting stops, ours or not, that would execute on the side of an order.
    private func stops(beside request: OrderRequest, _ share: TinkoffShare) async throws -> [TinkoffStop] {
        guard seesStops else { return [] }
        return try await readStops().filter { $0.uid == share.uid && $0.side == request.side }
    }

    /// Cancels stops and waits until the venue lists them no more.
    private func withdraw(_ stops: [TinkoffStop], _ share: TinkoffShare, _ request: OrderRequest) async throws {
        let methods = try await account()
        for stop in stops {
            do {
                _ = try await client.ask(methods.unprotect(stop.stopID))
            } catch {
                // It may have executed, or the answer was lost: the list tells.
                guard [.ended, .notFound, .unknown, .rejected].contains(error.verdict) else { throw error.error }
            }
        }
        for look in 0..<Self.looksAtStops {
            if look > 0 { try await Task.sleep(for: .milliseconds(100 << min(look, 3))) }
            let moment = ContinuousClock.now
            let left = try await readStops(since: moment)
            guard !stops.contains(where: { stop in left.contains { $0.stopID == stop.stopID } }) else { continue }
            // Gone is not enough: one that executed may sell any moment.
            _ = try await readEndedStops(since: moment)
            _ = try await readOrders()
            if stops.allSatisfy({ !isAtLarge($0.stopID) }) {
                lookSoon()
                stopBell.ring()
                return
            }
        }
        throw VenueError(
            .retryable, code: "STOP_IN_THE_WAY",
            message: "a stop of \(request.symbol) does not go away; closing beside it could flip the position")
    }

    // MARK: Reading the account

    /// All orders of today; they show executions first.
    @discardableResult
    func readOrders(_ urgency: RequestUrgency = .vital) async throws -> [TinkoffOrder] {
        let orders = try await ask(try await account().orders().with(urgency))
        for order in orders {
            seenOrders[order.orderID] = order.state.isFinal
            guard let symbol = await symbol(of: order.uid, order.ticker) else { continue }
            book.note(order, symbol)
        }
        today = orders
        return orders
    }

    /// Money, holdings and orders, once positions agree with what today's orders executed.
    ///
    /// - Parameter uids: The instruments that matter; nil for all.
    func settledLook(of uids: [String]? = nil) async throws -> TinkoffLook {
        let own = uids ?? shares.values.map(\.uid)
        let methods = try await account()
        let begun = uptime()
        var looks = 0
        while true {
            looks += 1
            let (open, loose) = (book.open, looseStops.filter { isAtLarge($0.key) }.mapValues(\.stop))
            // Orders first: an execution that is seen there but not in the positions is noticed.
            let orders = try await readOrders()
            let balance = try await ask(methods.positions())
            guard !balance.isLoading else {
                throw VenueError(
                    .retryable, code: "TINKOFF_LOADING", message: "the venue is still loading the account's limits")
            }
            var isSettled = true
            for uid in Set(orders.map(\.uid) + balance.holdings.map(\.uid) + own) where uids?.contains(uid) ?? true {
                isSettled = await settles(uid, orders, balance) && isSettled
            }
            if isSettled { return TinkoffLook(balance: balance, orders: orders, open: open, loose: loose) }
            guard looks < 6 || uptime() - begun < settings.settling * 4 else {
                throw VenueError(
                    .retryable, code: "TINKOFF_UNSETTLED", message: "positions do not agree with executions yet")
            }
            try await Task.sleep(for: min(.milliseconds(100), settings.settling / 4))
        }
    }

    private func settles(_ uid: String, _ orders: [TinkoffOrder], _ balance: TinkoffBalance) async -> Bool {
        let executed = orders.filter { $0.uid == uid && $0.done > .zero }
        var net = TinkoffPieces.zero
        if !executed.isEmpty {
            // By a lot that nobody told the figures do not add up: the position is believed once it stays as it is.
            let lot = await share(uid: uid)?.lot ?? Self.single
            for order in executed {
                let pieces = lot.pieces(of: order.done)
                net = order.side == .buy ? net + pieces : net - pieces
            }
        }
        let position = balance.holdings.first { $0.uid == uid }?.pieces ?? .zero
        return settlements[uid, default: TinkoffSettlement()].read(
            position: position, net: net, settling: settings.settling, at: uptime())
    }
}
