public import Core

extension BitgetBroker {
    public func order(_ id: ClientOrderID, _ symbol: Symbol) async throws -> OrderReport? {
        if let order = try await found(id, symbol) { return report(order) }
        // The venue may not have it yet: what is on its way is not absent before its timestamp has run out.
        if let entry = book.open[id], let since = entry.doubtfulSince {
            let patience = entry.request?.reduceOnly == true ? settings.exitAbsence : settings.absence
            if await now() - since < patience {
                throw VenueError(
                    .retryable, code: "BITGET_NOT_YET", message: "\(id) may still arrive: ask again")
            }
            book.forget(id)
        }
        return nil
    }

    /// The order of this name wherever it lives: among the orders, the trigger orders, or those that ended.
    func found(_ id: ClientOrderID, _ symbol: Symbol) async throws -> BitgetOrder? {
        let known = book.open[id]
        let mayBePlan = settings.market == .futures && (book.request(id)?.kind.isProtective ?? true)
        if known?.isPlan != true, book.request(id)?.kind.isProtective != true {
            // The venue's own name first: it is found for ever, and never another order's.
            if let own = known?.orderID, let order = try await detail(.venue(own), symbol) { return noted(order) }
            if let order = try await detail(.client(id), symbol) { return noted(order) }
        }
        if mayBePlan, let plan = try await plan(id, symbol, waiting: try await protections()) { return plan }
        guard known?.isPlan != true, book.request(id)?.kind.isProtective != true else { return nil }
        // Spot answers by client id only for two hours, and who knows how long futures do: the lists have it longer.
        if let open = try await openOrders().first(where: { book.clientID(of: $0) == id }) { return open }
        let dialect = try await language()
        return try await first(among: { dialect.endedOrders(symbol, after: $0) }) { $0.clientText == id.text }
            .map(noted)
    }

    /// The protection of this name: among those that wait, or among those that ended, followed to what became of it.
    func plan(_ id: ClientOrderID, _ symbol: Symbol, waiting: [BitgetOrder]) async throws -> BitgetOrder? {
        if let plan = waiting.first(where: { book.clientID(of: $0) == id }) { return noted(plan) }
        let dialect = try await language()
        let ended = try await first(among: { dialect.endedProtections(symbol, after: $0) }) {
            book.clientID(of: $0) == id
        }
        guard let plan = ended else { return nil }
        return try await followed(noted(plan), symbol)
    }

    /// The protections that wait; the first family holds nothing else.
    func protections() async throws -> [BitgetOrder] {
        let dialect = try await language()
        guard settings.market == .futures else { return [] }
        let plans = try await pages { dialect.protections(family: 0, after: $0) }
        for plan in plans { book.note(plan) }
        return plans
    }

    private func noted(_ order: BitgetOrder) -> BitgetOrder {
        book.note(order)
        return order
    }

    /// One market or limit order; nil when the venue does not know it.
    func detail(
        _ reference: OrderReference, _ symbol: Symbol, _ urgency: RequestUrgency = .vital
    ) async throws -> BitgetOrder? {
        do {
            return try await client.ask(try await language().order(reference, symbol).with(urgency))
        } catch let failure as BitgetFailure {
            switch failure.verdict {
            case .notFound, .ended: return nil
            default: throw failure.error
            }
        }
    }

    /// A waiting trigger order.
    func waitingPlan(_ isMeant: (BitgetOrder) -> Bool) async throws -> BitgetOrder? {
        try await allPlans().first(where: isMeant)
    }

    /// All waiting trigger orders of all families.
    func allPlans() async throws -> [BitgetOrder] {
        let dialect = try await language()
        let plans = try await withThrowingTaskGroup(of: [BitgetOrder].self) { group in
            for family in 0..<dialect.protectionFamilies {
                group.addTask { try await self.plans(of: family, dialect) }
            }
            var (plans, known): ([BitgetOrder], Set<String>) = ([], [])
            // A venue that does not know a family may list another one instead.
            for try await part in group { plans += part.filter { known.insert($0.orderID).inserted } }
            return await self.spoken(plans)
        }
        for plan in plans {
            // On spot none of them is ours.
            if settings.market == .futures { book.note(plan) } else { book.remember(plan: plan) }
        }
        return plans
    }

    /// The waiting trigger orders of one family; none where the venue has no such family.
    private func plans(of family: Int, _ dialect: any BitgetDialect) async throws -> [BitgetOrder] {
        do {
            return try await pages { dialect.protections(family: family, after: $0) }
        } catch let error as VenueError where dialect.mayLack(family: family) {
            guard error.remedy == .rejected || error.remedy == .notFound else { throw error }
            return []
        }
    }

    /// All open orders, trigger orders aside. The lists are read one after the other: an order that goes from one to
    /// the next meanwhile is in both, and never in none.
    func openOrders() async throws -> [BitgetOrder] {
        let dialect = try await language()
        var (orders, places): ([BitgetOrder], [String: Int]) = ([], [:])
        for part in 0..<dialect.openOrderParts {
            for order in try await pages({ dialect.openOrders(part: part, after: $0) }) {
                if let place = places[order.orderID] {
                    let list = orders[place].list
                    orders[place] = order
                    if list == nil { orders[place].list = nil }
                } else {
                    places[order.orderID] = orders.count
                    orders.append(order)
                }
            }
        }
        orders = await spoken(orders)
        for order in orders {
            // What stands in a list of its own was made by hand.
            book.remember(listed: order)
            if order.list == nil { book.note(order) }
        }
        return orders
    }

    /// How many pages of what ended are looked through for one order: the newest five hundred.
    private static let lookedThrough = 5

    /// A row of a list of what ended; nil when it is not among the newest ones.
    private func first(
        among question: (String?) -> BitgetQuestion<BitgetPage<BitgetOrder>>, where isMeant: (BitgetOrder) -> Bool
    ) async throws -> BitgetOrder? {
        var cursor: String?
        for _ in 0..<Self.lookedThrough {
            let page: BitgetPage<BitgetOrder>
            do {
                page = try await client.ask(question(cursor).with(.vital))
            } catch {
                if error.verdict == .notFound || error.verdict == .ended { return nil }
                throw error.error
            }
            if let found = page.rows.first(where: isMeant) { return found }
            guard let next = page.next, next != cursor else { return nil }
            cursor = next
        }
        return nil
    }

    /// All rows of a list.
    ///
    /// - Throws: `VenueError`, also when the list does not end within reason: a part of it would be taken for all.
    func pages<Row>(
        limit: Int = 50, _ question: @Sendable (String?) -> BitgetQuestion<BitgetPage<Row>>
    ) async throws -> [Row] {
        var (rows, cursor, first): ([Row], String?, String?) = ([], nil, nil)
        for _ in 0..<limit {
            let page = try await ask(question(cursor).with(.vital))
            // A list that begins anew tells nothing of what is behind its first page.
            if cursor != nil, page.first != nil, page.first == first { break }
            warn(foreign: page.foreign)
            rows += page.rows
            first = page.first
            guard let next = page.next, next != cursor else { return rows }
            cursor = next
        }
        throw VenueError(
            .retryable, code: "BITGET_CUT_OFF",
            message: "\(question(nil).call.path) has more than \(rows.count) rows: cancel orders, or ask for less")
    }

    /// The report of an order, in the words and with the amounts that it was asked for.
    func report(_ order: BitgetOrder) -> OrderReport {
        let id = book.clientID(of: order)
        let request = id.flatMap { book.request($0) }
        var (state, reason) = (order.state, order.reason)
        let quantity = standing(order) ?? request?.quantity ?? order.quantity
        // A closing order may be shrunk to what there was to close: the rest is over.
        if state == .filled, order.filled < quantity {
            (state, reason) = (.cancelled, reason ?? "shrunk to what could be closed")
        }
        return OrderReport(
            clientID: id, venueOrderID: order.orderID, symbol: order.symbol, side: request?.side ?? order.side,
            kind: Self.kind(order, request), quantity: quantity, filled: min(order.filled, quantity), state: state,
            reason: reason, at: order.at)
    }

    /// What was asked for, unless the level was moved since.
    private static func kind(_ order: BitgetOrder, _ request: OrderRequest?) -> OrderKind {
        guard let request else { return order.kind }
        guard request.kind.isProtective, order.kind.trigger.map({ $0 > .zero }) ?? true else { return request.kind }
        return order.kind
    }

    /// The quantity of a protection that waits, which somebody may have changed since; nil where it is the position's.
    private func standing(_ order: BitgetOrder) -> Quantity? {
        let isSized = settings.stopStyle == .partial && order.isPlan && order.quantity > .zero
        return isSized && !order.state.isFinal && order.filled == .zero ? order.quantity : nil
    }
}
