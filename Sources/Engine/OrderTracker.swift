package import Core

/// The orders of one asset: every intent there ever was by name, and which of them are still open.
///
/// Invariants: an order is in `openOrders` exactly while its state is not final; a trade id is booked once; no order is
/// filled beyond its quantity.
package struct OrderTracker: Hashable, Codable, Sendable {
    /// Open orders, oldest first.
    package private(set) var openOrders: [Order] = []
    /// What is going on about each open order, in the same places.
    var affairs: [Affair] = []
    private var ended: [ClientOrderID: Order] = [:]
    var booked: Set<String> = []
    /// Those of them that were booked as somebody else's; left out by older journals.
    var foreign: Set<String>?
    /// When a cancellation was last asked for.
    var wishes: [ClientOrderID: Timestamp] = [:]
    /// Orders that were sent more than once.
    package internal(set) var repeats = OrderRepeats()
    /// Protective orders that were changed in place.
    package internal(set) var changes = OrderChanges()
    /// Executions that were told of and are not booked yet.
    package internal(set) var missing = MissingExecutions()
    /// When the newest order was sent of those that a venue was believed never to have heard of.
    var lostSentAt: Timestamp?
    /// When this process began: what an earlier one decided left before, whenever that was.
    package internal(set) var startedAt: Timestamp?
    /// Grows with everything that is sent and heard.
    package internal(set) var activity = 0

    /// What is going on about an open order.
    struct Affair: Hashable, Codable, Sendable {
        var question: Question?
        /// The venue calls it filled although not all executions have come.
        var isFinished = false
        /// When it was last filled in part.
        var filledAt: Timestamp?
    }

    /// What has been asked about an order that nobody answered for.
    struct Question: Hashable, Codable, Sendable {
        var askAt: Timestamp
        var absences = 0
        /// Whether the venue's own list of open orders does not have it.
        var isUnlisted = false
        /// When "never heard of it" was last counted.
        var absentAt: Timestamp?
    }

    package init() {}

    package subscript(id: ClientOrderID) -> Order? { place(of: id).map { openOrders[$0] } ?? ended[id] }

    /// Few orders are open at a time: a search is cheaper than a dictionary.
    @inline(__always) func place(of id: ClientOrderID) -> Int? {
        // Through a span: an order is not copied to look at its name.
        let orders = openOrders.span
        for place in orders.indices where orders[place].request.clientID == id { return place }
        return nil
    }

    /// Open orders that the venue may still execute: executions of the others are only late.
    package var executable: [Order] {
        if !affairs.contains(where: \.isFinished) { return openOrders }
        return zip(openOrders, affairs).filter { !$1.isFinished }.map(\.0)
    }

    /// Takes an approved order as written down and sent at once.
    package mutating func send(_ request: OrderRequest, at now: Timestamp, answerBy deadline: Timestamp) {
        precondition(self[request.clientID] == nil, "an intent is written down once")
        var order = Order(request: request, at: now)
        advance(&order, .sent, at: now)
        activity += 1
        missing.sent(at: now)
        openOrders.append(order)
        affairs.append(Affair(question: Question(askAt: deadline)))
    }

    /// Applies what a venue reports; fills are booked only from executions, never from a report's total.
    ///
    /// - Returns: False when the report belongs to no order of ours or contradicts what is known.
    package mutating func apply(_ report: OrderReport, at now: Timestamp) -> Bool {
        guard let id = report.clientID, var order = self[id] else { return false }
        let event: OrderEvent? =
            switch report.state {
            case .intended, .sent, .cancelling, .unknown: nil
            case .working, .partiallyFilled, .filled: .accepted
            case .cancelled: .cancelled
            case .rejected: .rejected
            case .expired: .expired
            }
        guard let event else { return true }
        let before = order.state
        guard (try? order.apply(event, venueOrderID: report.venueOrderID, reason: report.reason, at: now)) != nil
        else { return false }
        repeats.answered(id)
        changes.adopt(report, &order, at: now)
        missing.note(report, of: order, after: before, at: now)
        settleQuestion(of: order)
        if report.state == .filled, let place = place(of: id) {
            affairs[place].question = nil
            affairs[place].isFinished = true
        }
        endShrunk(&order, at: now)
        store(order)
        return true
    }

    /// Books an execution once.
    package mutating func book(_ fill: Fill, at now: Timestamp) -> Booking {
        let trade = "\(fill.venue)/\(fill.tradeID)"
        let isClaimed = isForeign(fill)
        if booked.contains(trade), !isClaimed { return .repeated }
        guard let id = fill.clientID, var order = self[id], fill.side == order.request.side,
            fill.quantity > .zero, fill.price > .zero, changes.makeRoom(in: &order, for: fill, at: now),
            (try? order.fill(fill.quantity, at: now)) != nil
        else { return .implausible }
        booked.insert(trade)
        if isClaimed { foreign?.remove(trade) }
        missing.booked(fill.quantity, of: id, at: now)
        repeats.answered(id)
        settleQuestion(of: order)
        if let place = place(of: id) { affairs[place].filledAt = now }
        endShrunk(&order, at: now)
        store(order)
        return isClaimed ? .claimed : .booked
    }

    /// News of an order answers what was asked about it, except what became of a cancellation: were that forgotten, an
    /// order whose cancellation got lost would stand for ever.
    private mutating func settleQuestion(of order: Order) {
        if order.state != .cancelling, let place = place(of: order.request.clientID) { affairs[place].question = nil }
    }

    /// Applies an event that names no report; an illegal one changes nothing.
    package mutating func note(_ event: OrderEvent, of id: ClientOrderID, reason: String? = nil, at now: Timestamp) {
        guard var order = self[id], (try? order.apply(event, reason: reason, at: now)) != nil else { return }
        if order.state != .unknown, let place = place(of: id) { affairs[place].question = nil }
        store(order)
    }

    /// Asks for a cancellation, unless it makes no sense now: the order is over, its fate is asked for already, or the
    /// same was asked for less than `spacing` ago.
    ///
    /// - Returns: Whether to tell the venue.
    package mutating func cancel(_ id: ClientOrderID, spacing: TimeSpan, at now: Timestamp) -> Bool {
        guard let place = place(of: id), openOrders[place].state != .cancelling, openOrders[place].state != .unknown,
            !affairs[place].isFinished, wishes[id].map({ now - $0 >= spacing }) ?? true
        else { return false }
        wishes[id] = now
        note(.cancelRequested, of: id, at: now)
        return true
    }

    /// Asks for a cancellation once more when the last wish is at least `patience` old and nobody has answered it.
    ///
    /// - Returns: Whether to tell the venue.
    package mutating func cancelAgain(_ id: ClientOrderID, after patience: TimeSpan, at now: Timestamp) -> Bool {
        guard self[id]?.state == .cancelling, let wish = wishes[id], now - wish >= patience else { return false }
        wishes[id] = now
        activity += 1
        return true
    }

    /// Whether we ever asked for the cancellation of `id`.
    @inline(__always) package func wasCancelled(_ id: ClientOrderID) -> Bool { wishes[id] != nil }

    /// Starts asking about `id` at `now` or later.
    package mutating func ask(_ id: ClientOrderID, at moment: Timestamp) {
        guard let place = place(of: id) else { return }
        if affairs[place].question == nil { affairs[place].question = Question(askAt: moment) }
        affairs[place].question?.askAt = moment
    }

    /// The orders to ask the venue about now: silent past their deadline. They become `unknown`.
    package mutating func overdue(at now: Timestamp, askAgainAt next: Timestamp) -> [ClientOrderID] {
        guard let earliest = nextDeadline, earliest <= now else { return [] }
        var due: [ClientOrderID] = []
        for place in openOrders.indices {
            guard let question = affairs[place].question, question.askAt <= now else { continue }
            due.append(openOrders[place].request.clientID)
        }
        for id in due {
            note(.silence, of: id, at: now)
            if let place = place(of: id) { affairs[place].question?.askAt = next }
        }
        return due
    }

    /// When the next question is due.
    @inline(__always) package var nextDeadline: Timestamp? {
        var earliest = repeats.earliest
        let affairs = affairs.span
        for place in affairs.indices {
            guard let askAt = affairs[place].question?.askAt else { continue }
            if askAt < earliest ?? .distantFuture { earliest = askAt }
        }
        return earliest
    }

    /// Tracks an order that was sent by another version of the program, in the place of whatever had its name.
    package mutating func adopt(_ request: OrderRequest, at now: Timestamp, answerBy deadline: Timestamp) {
        ended[request.clientID] = nil
        if let place = place(of: request.clientID) {
            openOrders.remove(at: place)
            affairs.remove(at: place)
        }
        send(request, at: now, answerBy: deadline)
    }

    /// Puts a changed order back; once its state is final it is out of `openOrders` for good.
    private mutating func store(_ order: Order) {
        let id = order.request.clientID
        activity += 1
        switch (place(of: id), order.state.isFinal) {
        case (let place?, false):
            openOrders[place] = order
        case (let place?, true):
            changes.forget(id)
            repeats.answered(id)
            openOrders.remove(at: place)
            affairs.remove(at: place)
            ended[id] = order
        case (nil, _):
            ended[id] = order
        }
    }

    private func advance(_ order: inout Order, _ event: OrderEvent, at now: Timestamp) {
        do {
            try order.apply(event, at: now)
        } catch {
            preconditionFailure("a new order can always be sent")
        }
    }

    /// Traps when an invariant stated above does not hold.
    @inline(__always) package func checkInvariants() {
        precondition(openOrders.count == affairs.count, "every open order has its affair")
        // Through a span: an order is not copied to look at it.
        let orders = openOrders.span
        for place in orders.indices { precondition(!orders[place].state.isFinal, "open orders are not final") }
    }
}
