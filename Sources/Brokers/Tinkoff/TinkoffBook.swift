import Core

/// What this client remembers of its orders and executions: names on both sides and what was told already.
///
/// Invariants: an execution is told once; a final state is told once, and after the executions it counts; memory is
/// bounded: names and trades beyond the limit are forgotten oldest first, open orders never.
package struct TinkoffBook: Sendable {
    /// Names and trades kept.
    package static let memory = 50_000
    /// An end is told so long after its executions went missing, even without them.
    private static let longestWait = TimeSpan.seconds(20)

    /// An order of ours that has not been told as ended.
    struct Tracked: Sendable {
        var symbol: Symbol
        var request: OrderRequest?
        /// What was sent: closing orders may be shrunk.
        var sent: TinkoffPieces?
        var isStop = false
        /// The venue's name of the order, or of the stop order.
        var venueID: String?
        var sentAt = Timestamp.epoch
        /// When it was last sent without a certain answer.
        var doubtfulSince: Timestamp?
        var told: (state: OrderState, filled: Quantity)?
        /// Since when executions are counted that are not listed.
        var missingSince: Timestamp?
    }

    private(set) var open: [ClientOrderID: Tracked] = [:]
    private var names = BoundedMap<String, ClientOrderID>(limit: memory)
    private var requests = BoundedMap<ClientOrderID, OrderRequest>(limit: memory)
    private var keys = BoundedMap<String, ClientOrderID>(limit: memory)
    private var ended = BoundedMap<ClientOrderID, Bool>(limit: memory)
    private var executions = BoundedMap<String, [TinkoffExecution]>(limit: memory)
    private var told = BoundedMap<String, Fill>(limit: memory)
    private var announced = BoundedMap<String, Bool>(limit: memory)
    private var executed = BoundedMap<ClientOrderID, Quantity>(limit: memory)

    /// Our orders that may still change, by name.
    var openIDs: [ClientOrderID] { open.keys.sorted() }

    /// An order leaves for the venue.
    mutating func sending(_ request: OrderRequest, _ sent: TinkoffPieces, at now: Timestamp) {
        let id = request.clientID
        (requests[id], keys[TinkoffNames.key(id)]) = (request, id)
        var entry = open[id] ?? Tracked(symbol: request.symbol)
        (entry.request, entry.sent, entry.isStop, entry.sentAt) = (request, sent, request.kind.isProtective, now)
        open[id] = entry
    }

    /// The venue took it.
    mutating func placed(_ id: ClientOrderID, as venueID: String) {
        open[id]?.doubtfulSince = nil
        open[id]?.venueID = venueID
        names[venueID] = id
    }

    /// Nobody knows whether it arrived.
    mutating func doubted(_ id: ClientOrderID, at now: Timestamp) { open[id]?.doubtfulSince = now }

    /// It certainly did not arrive, or was refused.
    mutating func forget(_ id: ClientOrderID) { open[id] = nil }

    /// What was asked for under this name, in this process.
    func request(_ id: ClientOrderID) -> OrderRequest? { requests[id] }

    /// Whether an order, and no stop order, was asked for here under this key.
    func asked(for key: String) -> Bool {
        keys[key].flatMap { requests[$0] }.map { !$0.kind.isProtective } ?? false
    }

    /// Our name for a venue's order or stop order.
    func name(of venueID: String) -> ClientOrderID? { names[venueID] }

    /// Whether it has ended as far as was told.
    func hasEnded(_ id: ClientOrderID) -> Bool { ended[id] ?? false }

    /// A venue's order is ours: it carries our key, or comes from a stop order of ours. What was told of it under
    /// another name is news again under ours.
    mutating func link(_ venueID: String, to id: ClientOrderID) {
        // It was taken for somebody else's until now.
        if let stranger = names[venueID], stranger != id { open[stranger] = nil }
        names[venueID] = id
        for execution in executions[venueID] ?? [] {
            guard let fill = told[execution.tradeID], fill.clientID != id else { continue }
            told[execution.tradeID] = Fill(
                venue: fill.venue, tradeID: fill.tradeID, clientID: id, symbol: fill.symbol, side: fill.side,
                price: fill.price, quantity: fill.quantity, fee: fill.fee, at: fill.at)
            announced[execution.tradeID] = nil
        }
    }

    /// An order that an earlier process sent: its fate is asked for as if it had been sent by this one.
    mutating func recall(_ order: Order, _ sent: TinkoffPieces?, at now: Timestamp) {
        let (request, id) = (order.request, order.request.clientID)
        (requests[id], keys[TinkoffNames.key(id)]) = (request, id)
        guard ended[id] == nil else { return }
        var entry = open[id] ?? Tracked(symbol: request.symbol)
        (entry.request, entry.sent, entry.isStop) = (request, sent, request.kind.isProtective)
        entry.sentAt = order.intendedAt
        entry.venueID = entry.venueID ?? order.venueOrderID
        // Nobody heard an answer: it may be on its way since that process ended, whenever that was.
        if entry.venueID == nil { entry.doubtfulSince = entry.doubtfulSince ?? now }
        open[id] = entry
        if let venueID = entry.venueID { link(venueID, to: id) }
    }

    /// How much of an order was told as executed.
    func executed(_ id: ClientOrderID) -> Quantity { executed[id] ?? .zero }

    /// Our name of an order; nil when it is none of ours. An order that a stop became carries a key that the API
    /// invented, so what is linked counts first.
    func clientID(of order: TinkoffOrder) -> ClientOrderID? {
        if let known = names[order.orderID] { return known }
        return order.requestID.map { keys[$0.lowercased()] ?? ClientOrderID($0) }
    }

    /// Takes note of an order as the venue lists it.
    mutating func note(_ order: TinkoffOrder, _ symbol: Symbol) {
        guard let id = clientID(of: order) else { return }
        names[order.orderID] = id
        let isOurs = requests[id] != nil
        if open[id] == nil, ended[id] == nil, !order.state.isFinal { open[id] = Tracked(symbol: symbol) }
        guard open[id]?.isStop == false else { return }
        open[id]?.venueID = order.orderID
        if isOurs || !order.state.isFinal { open[id]?.doubtfulSince = nil }
    }

    /// Takes note of a stop order that is known to be ours.
    mutating func note(_ stop: TinkoffStop, as id: ClientOrderID, _ symbol: Symbol) {
        names[stop.stopID] = id
        if open[id] == nil, ended[id] == nil, stop.state == .waiting { open[id] = Tracked(symbol: symbol) }
        open[id]?.isStop = true
        open[id]?.venueID = stop.stopID
        open[id]?.doubtfulSince = nil
        if case .executed(let child?) = stop.state { link(child, to: id) }
    }

    /// Whether nobody here asked for an order: it may be what a stop of ours became.
    func isStranger(_ order: TinkoffOrder) -> Bool {
        guard let id = clientID(of: order) else { return true }
        return requests[id] == nil && open[id]?.isStop != true
    }

    // MARK: Executions

    /// All executions of an order as far as they are known now.
    mutating func executions(
        of order: TinkoffOrder, lot: TinkoffLotSize, unit: TinkoffStageUnit, patience: TimeSpan, at now: Timestamp
    ) -> [TinkoffExecution] {
        let known = executions[order.orderID] ?? []
        let done = lot.pieces(of: order.done)
        if TinkoffFills.sum(known) == done { return known }
        let id = clientID(of: order)
        let isOpen = id.map { open[$0] != nil } ?? false
        let since = id.flatMap { open[$0]?.missingSince } ?? now
        let all = TinkoffFills.executions(
            of: order, lot: lot, unit: unit, told: known, isPatient: isOpen && now - since < patience, at: now)
        if all.count > known.count { executions[order.orderID] = all }
        if let id { open[id]?.missingSince = TinkoffFills.sum(all) == done ? nil : since }
        return all
    }

    /// An execution as it was told, or would have been.
    func told(_ tradeID: String) -> Fill? { told[tradeID] }

    /// Keeps how an execution is told, so that it is told alike ever after.
    mutating func keep(_ fill: Fill) { told[fill.tradeID] = fill }

    /// Takes an execution to tell; nil when it was told before.
    mutating func tell(_ fill: Fill) -> Fill? {
        guard announced[fill.tradeID] == nil else { return nil }
        announced[fill.tradeID] = true
        if let id = fill.clientID { executed[id] = (executed[id] ?? .zero) + fill.quantity }
        return fill
    }

    /// An execution counts as told although nobody was: it is older than the watch.
    mutating func pass(_ fill: Fill) { _ = tell(fill) }

    /// Takes a report to tell; nil when it is no news, or when executions it counts have not been told yet.
    mutating func tell(_ report: OrderReport, at now: Timestamp) -> OrderReport? {
        guard let id = report.clientID, var entry = open[id], report.state != .unknown else { return nil }
        if let told = entry.told, told.state == report.state, told.filled == report.filled { return nil }
        if (executed[id] ?? .zero) < report.filled, now - (entry.missingSince ?? now) < Self.longestWait { return nil }
        entry.told = (report.state, report.filled)
        open[id] = report.state.isFinal ? nil : entry
        if report.state.isFinal { ended[id] = true }
        return report
    }

    /// Traps when an invariant stated above does not hold.
    package func checkInvariants() {
        precondition(open.values.allSatisfy { !($0.told?.state.isFinal ?? false) }, "what ended is not open")
    }
}
