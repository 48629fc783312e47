import Core

/// What this client remembers of its orders and executions: names on both sides, what was told already, and where to
/// look next.
///
/// Invariants: an execution is told once; a final state is told once, and after the executions it counts; memory is
/// bounded: names and trades beyond the limit are forgotten oldest first, open orders never.
package struct BitgetBook: Sendable {
    /// Names and trades kept.
    package static let memory = 50_000
    /// Looks that follow one another while an end is expected.
    private static let looksAhead = 40

    /// An order of ours that has not been told as ended.
    struct Tracked: Sendable {
        var symbol: Symbol
        var request: OrderRequest?
        var orderID: String?
        var isPlan = false
        /// The order that a trigger order became.
        var childID: String?
        var told: (state: OrderState, filled: Quantity)?
        /// Executions told so far.
        var executed = Quantity.zero
        /// Answers that called it ended before its executions were there.
        var patience = 0
        /// When it was last sent without a certain answer.
        var doubtfulSince: Timestamp?
        /// Whether a look at it is due.
        var isHinted = true
        /// How many more looks follow by themselves, because its end is expected any moment.
        var looksAhead = 0
    }

    private(set) var open: [ClientOrderID: Tracked] = [:]
    private var names = BoundedMap<String, ClientOrderID>(limit: memory)
    private var trades = BoundedMap<String, Bool>(limit: memory)
    /// Trigger orders as last listed, for their types.
    private var plans = BoundedMap<String, BitgetOrder>(limit: memory)
    /// Orders that stand in lists of their own, as last listed.
    private var listed = BoundedMap<String, BitgetOrder>(limit: memory)
    private var children = BoundedMap<String, String>(limit: memory)
    private var executed = BoundedMap<ClientOrderID, Quantity>(limit: memory)
    private var requests = BoundedMap<ClientOrderID, OrderRequest>(limit: memory)
    private var ended = BoundedMap<ClientOrderID, Bool>(limit: memory)

    /// Our orders that may still change, by name.
    var openIDs: [ClientOrderID] { open.keys.sorted() }

    /// An order leaves for the venue.
    mutating func sending(_ request: OrderRequest) {
        requests[request.clientID] = request
        var entry = open[request.clientID] ?? Tracked(symbol: request.symbol)
        (entry.request, entry.isPlan) = (request, request.kind.isProtective)
        if request.kind == .market { entry.looksAhead = Self.looksAhead }
        open[request.clientID] = entry
    }

    /// The venue took it.
    mutating func placed(_ id: ClientOrderID, as orderID: String?) {
        open[id]?.doubtfulSince = nil
        guard let orderID else { return }
        open[id]?.orderID = orderID
        names[orderID] = id
    }

    /// Nobody knows whether it arrived.
    mutating func doubted(_ id: ClientOrderID, at now: Timestamp) {
        open[id]?.doubtfulSince = now
    }

    /// A protective order of ours has another level and quantity from now on.
    mutating func amended(_ id: ClientOrderID, trigger: Price, quantity: Quantity) {
        guard let old = requests[id] else { return }
        let kind: OrderKind =
            if case .takeProfit = old.kind { .takeProfit(trigger: trigger) } else { .stop(trigger: trigger) }
        let request = OrderRequest(
            clientID: id, symbol: old.symbol, side: old.side, quantity: quantity, kind: kind,
            reduceOnly: old.reduceOnly, purpose: old.purpose)
        requests[id] = request
        open[id]?.request = request
    }

    /// It certainly did not arrive, or was refused.
    mutating func forget(_ id: ClientOrderID) {
        open[id] = nil
    }

    /// What was asked for under this name, in this process.
    func request(_ id: ClientOrderID) -> OrderRequest? { requests[id] }

    /// Our name for a venue's order.
    func name(of orderID: String) -> ClientOrderID? { names[orderID] }

    /// Whether an order of this name was sent or followed by this process.
    func knows(_ id: ClientOrderID) -> Bool { requests[id] != nil || open[id] != nil || ended[id] != nil }

    /// Whether a trigger order of a symbol is followed.
    func hasPlan(of symbol: Symbol) -> Bool { open.values.contains { $0.isPlan && $0.symbol == symbol } }

    /// Whether an execution was told.
    func isTold(_ trade: String) -> Bool { trades[trade] != nil }

    /// The venue's order of this name is ours.
    mutating func link(_ orderID: String, to id: ClientOrderID) { names[orderID] = id }

    /// What a trigger order became, where that had to be found out.
    mutating func link(child: String, of plan: String) { children[plan] = child }

    /// What a trigger order became, where that had to be found out.
    func child(of plan: String) -> String? { children[plan] }

    /// A trigger order as last listed.
    func plan(_ orderID: String) -> BitgetOrder? { plans[orderID] }

    /// A trigger order that is none of ours is listed: it is found again by its venue name, and not followed.
    mutating func remember(plan order: BitgetOrder) { plans[order.orderID] = order }

    /// The same for an order of a list of its own.
    mutating func remember(listed order: BitgetOrder) { listed[order.orderID] = order.list == nil ? nil : order }

    /// An order of a list of its own, as last listed.
    func listed(_ orderID: String) -> BitgetOrder? { listed[orderID] }

    /// Takes note of an order as the venue lists it.
    mutating func note(_ order: BitgetOrder) {
        if order.isPlan { plans[order.orderID] = order }
        guard let id = clientID(of: order) else { return }
        names[order.orderID] = id
        if let child = order.executedAs { names[child] = id }
        if open[id] == nil, ended[id] == nil, !order.state.isFinal {
            open[id] = Tracked(symbol: order.symbol, isHinted: false)
        }
        // Of a trigger order and what it became, the trigger order is the one that was named.
        let isChild = !order.isPlan && open[id]?.isPlan == true
        if !isChild { open[id]?.orderID = order.orderID }
        if order.isPlan { open[id]?.isPlan = true }
        if let child = order.executedAs { open[id]?.childID = child }
        open[id]?.doubtfulSince = nil
    }

    /// Our name of an order: its client id, or that of the trigger order it comes from.
    func clientID(of order: BitgetOrder) -> ClientOrderID? {
        if let known = names[order.orderID] { return known }
        // What a trigger order became carries its name as client id.
        if let text = order.clientText { return names[text] ?? ClientOrderID(text) }
        return nil
    }

    /// An order's end is expected: it is looked at until it comes, within reason.
    mutating func expectEnd(_ id: ClientOrderID) {
        open[id]?.isHinted = true
        open[id]?.looksAhead = Self.looksAhead
    }

    /// Something is said to have happened to an order.
    mutating func hint(_ id: ClientOrderID) { open[id]?.isHinted = true }

    /// Something is said to have happened to trigger orders.
    mutating func hintPlans() {
        for id in openIDs where open[id]?.isPlan == true { open[id]?.isHinted = true }
    }

    /// Looks are due at all of them.
    mutating func hintAll() {
        for id in openIDs { open[id]?.isHinted = true }
    }

    /// A look was taken.
    mutating func looked(_ id: ClientOrderID) {
        let goesOn = (open[id]?.looksAhead ?? 0) > 0
        open[id]?.isHinted = goesOn
        if goesOn { open[id]?.looksAhead -= 1 }
    }

    /// Takes an execution to tell; nil when it was told before.
    mutating func tell(_ fill: Fill) -> Fill? {
        guard trades[fill.tradeID] == nil else { return nil }
        trades[fill.tradeID] = true
        if let id = fill.clientID {
            executed[id] = (executed[id] ?? .zero) + fill.quantity
            open[id]?.executed = executed[id] ?? .zero
            open[id]?.isHinted = true
        }
        return fill
    }

    /// Takes a report to tell; nil when it is no news, or when executions it counts have not been told yet.
    mutating func tell(_ report: OrderReport) -> OrderReport? {
        guard let id = report.clientID, var entry = open[id], report.state != .unknown else { return nil }
        if let told = entry.told, told.state == report.state, told.filled == report.filled { return nil }
        let isComplete = (executed[id] ?? .zero) >= report.filled
        if report.state.isFinal, !isComplete, entry.patience < 20 {
            entry.patience += 1
            entry.isHinted = true
            open[id] = entry
            return nil
        }
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

/// A dictionary that forgets its oldest entries.
struct BoundedMap<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private var values: [Key: Value] = [:]
    private var order: [Key] = []
    private var first = 0
    private let limit: Int

    init(limit: Int) { self.limit = limit }

    subscript(key: Key) -> Value? {
        get { values[key] }
        set {
            guard let newValue else {
                values[key] = nil
                return
            }
            if values.updateValue(newValue, forKey: key) == nil { order.append(key) }
            while values.count > limit, first < order.count {
                values[order[first]] = nil
                first += 1
            }
            if first > limit { (order, first) = (Array(order[first...]), 0) }
        }
    }
}
