public import Core

extension TinkoffBroker {
    public func order(_ id: ClientOrderID, _ symbol: Symbol) async throws -> OrderReport? {
        // The venue may show an order late, and allows few questions: after one in vain there is a pause.
        if book.open[id]?.doubtfulSince != nil, let at = soughtAt[id], ContinuousClock.now - at < pause(id) {
            throw VenueError(.retryable, code: "TINKOFF_NOT_YET", message: "\(id) may still arrive: ask again")
        }
        let isStop = book.request(id).map(\.kind.isProtective) ?? book.open[id]?.isStop
        if isStop != true, let order = try await found(id) { return try await report(order, symbol) }
        if isStop ?? settings.holdsStops, let stop = try await foundStop(id, symbol) {
            return try await report(stop, id, symbol)
        }
        // The venue may not show it yet: what may be on its way is not absent before some time has passed.
        let now = await now()
        guard let entry = book.open[id] else {
            try await doubtStranger(id)
            return nil
        }
        if let since = entry.doubtfulSince {
            // Stop orders outlive the day, and so do their lists.
            guard entry.sentAt >= (entry.isStop ? stopsFrom(now) : TinkoffTime.startOfDay(now)) else {
                throw VenueError(
                    .unknownOutcome, code: "TINKOFF_TOO_OLD",
                    message: "\(id) was sent on an earlier day and never confirmed: look at the account in the app")
            }
            if now - since < patience(id) {
                soughtAt[id] = .now
                throw VenueError(.retryable, code: "TINKOFF_NOT_YET", message: "\(id) may still arrive: ask again")
            }
            soughtAt[id] = nil
            book.forget(id)
        } else if let venueID = entry.venueID, !entry.isStop, entry.sentAt < TinkoffTime.startOfDay(now),
            let request = entry.request
        {
            // Orders live for a day, and are listed for a day.
            return report(request, venueID, .expired, now, filled: min(book.executed(id), request.quantity))
        }
        return nil
    }

    /// A name that this process did not send may have been sent by an earlier one, and may arrive like any other: it is
    /// absent only for a process that is older than an order can be on its way.
    private func doubtStranger(_ id: ClientOrderID) async throws {
        guard book.request(id) == nil, !book.hasEnded(id),
            uptime() < .milliseconds(settings.strangerAbsence.milliseconds)
        else { return }
        throw VenueError(
            .retryable, code: "TINKOFF_NOT_YET", message: "\(id) may have been sent by an earlier process: ask again")
    }

    /// How long an order in doubt is not believed absent.
    ///
    /// Exits are sent again soon. A stop is not: its level is watched meanwhile, and a venue that forgets the keys of
    /// stops would have two.
    private func patience(_ id: ClientOrderID) -> TimeSpan {
        guard let entry = book.open[id], !entry.isStop else { return settings.absence }
        return entry.request?.reduceOnly == true ? settings.exitAbsence : settings.absence
    }

    /// How long after a question in vain the next one is asked.
    private func pause(_ id: ClientOrderID) -> Duration { .milliseconds(min(patience(id).milliseconds / 5, 1000)) }

    /// The order sent under our name: asked for by that name, then looked for among those of today.
    func found(_ id: ClientOrderID) async throws -> TinkoffOrder? {
        let key = TinkoffNames.key(id)
        if let order = try await state(key, isRequest: true) { return order }
        return try await readOrders().first { $0.requestID?.lowercased() == key || book.clientID(of: $0) == id }
    }

    /// One order's state; nil when the venue does not know it.
    func state(_ orderID: String, isRequest: Bool) async throws -> TinkoffOrder? {
        do {
            let order = try await client.ask(try await account().order(orderID, isRequest: isRequest))
            await heard(of: order)
            return order
        } catch let failure as TinkoffFailure {
            guard failure.verdict == .notFound else { throw failure.error }
            return nil
        }
    }

    /// One order was read by its name. Orders of earlier days are in no list: what of them executed and was not told
    /// is told from here.
    private func heard(of order: TinkoffOrder) async {
        seenOrders[order.orderID] = order.state.isFinal
        if let symbol = await symbol(of: order.uid, order.ticker) { book.note(order, symbol) }
        guard order.done > .zero, !isHeldBack(order) else { return }
        var news: [VenueEvent] = []
        for fill in await fills(of: order) { if let new = book.tell(fill) { news.append(.fill(new)) } }
        await tell(news)
    }

    // MARK: Stop orders

    /// The stop order of this name: among those that wait, or among those that ended.
    func foundStop(
        _ id: ClientOrderID, _ symbol: Symbol, _ urgency: RequestUrgency = .vital
    ) async throws -> TinkoffStop? {
        let waiting = try await readStops(since: nil, urgency)
        // One whose name is known is found without the rules of its share.
        if let stop = waiting.first(where: { book.name(of: $0.stopID) == id }) { return stop }
        let uid = try await share(symbol).uid
        if let stop = match(id, uid, symbol, waiting) { return stop }
        return match(id, uid, symbol, try await readEndedStops(since: nil, urgency))
    }

    /// The venue does not tell the name a stop order was given: it is known by its own name once that was answered, by
    /// the mark in its date of expiry, or, when an answer was lost, as the only one that is as it was ordered.
    private func match(_ id: ClientOrderID, _ uid: String, _ symbol: Symbol, _ stops: [TinkoffStop]) -> TinkoffStop? {
        if let stop = stops.first(where: { book.name(of: $0.stopID) == id }) { return stop }
        let free = stops.filter { $0.uid == uid && book.name(of: $0.stopID) == nil }
        let key = TinkoffNames.key(id)
        let marked = free.first { $0.expiresAt.map { TinkoffNames.marks($0, key) } ?? false }
        guard let stop = marked ?? similar(to: id, free) else { return nil }
        book.note(stop, as: id, symbol)
        return stop
    }

    private func similar(to id: ClientOrderID, _ stops: [TinkoffStop]) -> TinkoffStop? {
        guard let entry = book.open[id], entry.doubtfulSince != nil, let request = entry.request, let sent = entry.sent,
            let lots = shares[request.symbol]?.lot.lots(of: sent)
        else { return nil }
        var takesProfit = false
        if case .takeProfit = request.kind { takesProfit = true }
        let alike = stops.filter { stop in
            stop.side == request.side && stop.lots == lots && stop.trigger == request.kind.trigger
                && stop.takesProfit == takesProfit && stop.placedAt >= entry.sentAt - .seconds(5)
                // One that bears another's mark is another's.
                && (settings.stopMark == .attributes || stop.expiresAt == nil)
        }
        return alike.count == 1 ? alike.first : nil
    }

    /// The fate of a stop order is that of the order it became.
    func report(_ stop: TinkoffStop, _ id: ClientOrderID, _ symbol: Symbol) async throws -> OrderReport {
        var (state, reason): (OrderState, String?) = (.working, nil)
        switch stop.state {
        case .waiting, .unclear: break
        case .cancelled: state = .cancelled
        case .expired: state = .expired
        case .executed(let child):
            if let child {
                // Linked before it is read: what is told of it is ours.
                book.link(child, to: id)
            }
            if let child, let order = try await self.child(child) {
                return try await report(order, symbol)
            }
            // Executed, but the order it placed is not to be seen yet, or there is none.
            if isOld(stop.stopID) {
                (state, reason) = (.cancelled, "executed, and no order came of it")
            } else {
                reason = "triggered"
            }
        }
        let request = book.request(id)
        let lot = try await share(symbol).lot
        return OrderReport(
            clientID: id, venueOrderID: stop.stopID, symbol: symbol, side: stop.side, kind: stop.kind,
            quantity: request?.quantity ?? lot.pieces(of: stop.lots).quantity, filled: .zero, state: state,
            reason: reason, at: stop.placedAt)
    }

    private func child(_ orderID: String) async throws -> TinkoffOrder? {
        if let listed = today.first(where: { $0.orderID == orderID && $0.state.isFinal }) { return listed }
        return try await state(orderID, isRequest: false)
    }

    // MARK: Reports

    /// The report of an order, in the words and with the amounts that it was asked for.
    ///
    /// - Throws: `VenueError` when it is ours and its lot cannot be read.
    func report(_ order: TinkoffOrder, _ symbol: Symbol) async throws -> OrderReport {
        let id = book.clientID(of: order)
        let request = id.flatMap { book.request($0) }
        // Of an order of ours that has done nothing yet, all is known without the lot.
        let needsLot = request == nil || order.done > .zero
        let lot = needsLot ? try await lot(of: order, symbol, isOurs: request != nil) : Self.single
        let filled = lot.pieces(of: order.done).quantity
        let quantity = request?.quantity ?? lot.pieces(of: order.lots).quantity
        var (state, reason) = (order.state, order.reason)
        // A closing order may be shrunk to what there was to close: the rest is over.
        if state == .filled, filled < quantity {
            (state, reason) = (.cancelled, reason ?? "shrunk to what could be closed")
        }
        return OrderReport(
            clientID: id, venueOrderID: order.orderID, symbol: symbol, side: order.side,
            kind: request?.kind ?? order.kind, quantity: quantity, filled: min(filled, quantity), state: state,
            reason: reason, at: order.at)
    }

    static let single: TinkoffLotSize = {
        guard let lot = TinkoffLotSize(1) else { preconditionFailure("one share is a lot") }
        return lot
    }()

    // MARK: What a cancellation means

    /// What a stop guards can only be closed, or guarded anew, by the rules of its share: while they cannot be read,
    /// the stop is all that looks after it, and stays for as long as there is something to look after.
    func requireRules(_ target: Target) async throws {
        do {
            _ = try await share(target.report.symbol)
        } catch let error as VenueError {
            // There are none that orders could keep to, now or later: nobody waits for them.
            if [.rejected, .notFound].contains(error.remedy) || error.code == TinkoffErrors.malformedCode { return }
            let stop = try await readStops().first { $0.stopID == target.report.venueOrderID }
            guard let uid = stop?.uid else { throw error }
            let holdings = try await settledLook(of: [uid]).balance.holdings
            if holdings.contains(where: { $0.uid == uid }) { throw error }
        }
    }

    /// An order or stop order as the venue has it.
    struct Target {
        var report: OrderReport
        var isStop: Bool
    }

    /// The order that is meant, with a state that is as fresh as a cancellation needs: the venue decides anyway.
    func target(_ reference: OrderReference, _ symbol: Symbol) async throws -> Target? {
        switch reference {
        case .client(let id):
            if let entry = book.open[id], let venueID = entry.venueID, let request = entry.request,
                entry.doubtfulSince == nil
            {
                return Target(report: report(request, venueID, .working, await now()), isStop: entry.isStop)
            }
            guard let report = try await order(id, symbol) else { return nil }
            return Target(report: report, isStop: isWaiting(report.venueOrderID))
        case .venue(let venueID):
            if seesStops, let stop = try await readStops().first(where: { $0.stopID == venueID }) {
                // Whose lot cannot be read can be cancelled all the same.
                let lot = await share(uid: stop.uid)?.lot ?? Self.single
                let report = OrderReport(
                    clientID: book.name(of: venueID), venueOrderID: venueID, symbol: symbol, side: stop.side,
                    kind: stop.kind, quantity: lot.pieces(of: stop.lots).quantity, filled: .zero, state: .working,
                    reason: nil, at: stop.placedAt)
                return Target(report: report, isStop: true)
            }
            guard let order = try await state(venueID, isRequest: false) else { return nil }
            return Target(report: try await listed(order), isStop: false)
        }
    }
}
