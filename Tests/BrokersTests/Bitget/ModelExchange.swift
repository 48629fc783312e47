import Core
import Foundation

/// The books of a scripted venue: one instrument around 100, market orders that fill in two parts at once, limits that
/// rest, cancellations that take a moment, and trigger orders with names of their own.
struct ModelExchange {
    struct Order {
        var id: String
        var client: String
        var side: Side
        var isLong: Bool?
        var closes: Bool
        var size: Quantity
        var filled = Quantity.zero
        var limit: Price?
        var state = "live"
        /// What made it.
        var source = "normal"
        var cancelsAfterReads: Int?
        var at: Int64
    }

    struct Plan {
        var id: String
        var client: String
        var type: String
        var isLong: Bool
        var size: Quantity
        var trigger: Price
        var state = "live"
        var child: String?
        var at: Int64
    }

    struct Trade {
        var id: String
        var order: Order
        var price: Price
        var size: Quantity
        var fee: Money
        var at: Int64
    }

    /// The client id of the order that a trigger order becomes.
    enum ChildName: CaseIterable, Sendable {
        case planID, planClient, stranger
    }

    struct Refusal: Error {
        var code: String
        var message: String
    }

    var isHedge = false
    var isSpot = false
    var price = Price(FixedDecimal(100))
    var now: Int64 = 0
    private var count: Int64 = 1_139_547_338_494_877_000
    var orders: [Order] = []
    var plans: [Plan] = []
    var trades: [Trade] = []
    var long = Quantity.zero
    var short = Quantity.zero
    private var clients: Set<String> = []
    var childName = ChildName.planID
    /// Every order that was ever taken, by client id: the venue's own proof that nothing was taken twice.
    private(set) var taken: [String: Int] = [:]

    private mutating func name() -> String {
        count += 1
        return String(count)
    }

    /// What is held, signed; one-way positions live in `long` alone.
    var net: Quantity { long - short }

    private func room(_ order: Order) -> Quantity {
        if isHedge { return order.isLong == true ? long : short }
        let held = long
        return held.value.units.signum() == (order.side == .sell ? 1 : -1) ? held.magnitude : .zero
    }

    mutating func place(
        client: String, side: Side, isLong: Bool?, closes: Bool, size: Quantity, limit: Price?, immediate: Bool
    ) throws(Refusal) -> Order {
        guard !clients.contains(client) else { throw Refusal(code: "40786", message: "Duplicate clientOid") }
        var order = Order(
            id: name(), client: client, side: side, isLong: isLong, closes: closes, size: size, limit: limit, at: now)
        if closes, !isSpot {
            let room = room(order)
            guard room > .zero else { throw Refusal(code: "22002", message: "No position to close") }
            order.size = min(size, room)
        }
        if isSpot, side == .sell, size > long { throw Refusal(code: "43012", message: "Insufficient balance") }
        clients.insert(client)
        taken[client, default: 0] += 1
        let crosses = limit.map { side == .buy ? $0 >= price : $0 <= price } ?? true
        if crosses {
            fill(&order)
        } else if immediate {
            order.state = "cancelled"
        }
        orders.append(order)
        return order
    }

    /// Executes every order that rests.
    mutating func fillResting() {
        for index in orders.indices where orders[index].state == "live" {
            var order = orders[index]
            fill(&order)
            orders[index] = order
        }
    }

    /// An execution of long ago.
    mutating func addOld(_ id: String, at moment: Int64) {
        let order = Order(id: "o\(id)", client: "c\(id)", side: .buy, closes: false, size: Quantity(.one), at: moment)
        trades.insert(
            Trade(id: id, order: order, price: price, size: Quantity(.one), fee: .zero, at: moment), at: 0)
    }

    private mutating func fill(_ order: inout Order) {
        let half = Quantity(
            order.size.value.quantised(to: FixedDecimal.one, rounding: .down) == order.size.value
                ? order.size.value.divided(by: FixedDecimal(2)) : order.size.value)
        var rest = order.size
        while rest > .zero {
            let part = min(half, rest)
            rest -= part
            now += 1
            let fee = price.notional(part).basisPoints(FixedDecimal(6))
            trades.append(Trade(id: name(), order: order, price: price, size: part, fee: fee, at: now))
            let change = order.side.signed(part)
            if isHedge, order.isLong == false { short -= change } else { long += change }
        }
        order.filled = order.size
        order.state = "filled"
        order.at = now
        if net == .zero, !isSpot {
            for index in plans.indices where plans[index].state == "live" { plans[index].state = "cancelled" }
        }
    }

    func index(id: String?, client: String?) -> Int? {
        orders.firstIndex { order in id.map { $0 == order.id } ?? (client == order.client) }
    }

    /// Reads an order; a cancellation that was asked for comes true after a look or two.
    mutating func look(id: String?, client: String?) -> Order? {
        guard let place = index(id: id, client: client) else { return nil }
        defer {
            if let reads = orders[place].cancelsAfterReads {
                orders[place].cancelsAfterReads = reads - 1
                if reads <= 1 { (orders[place].state, orders[place].cancelsAfterReads) = ("cancelled", nil) }
            }
        }
        return orders[place]
    }

    mutating func cancel(id: String?, client: String?) throws(Refusal) -> Order {
        guard let place = index(id: id, client: client) else {
            throw Refusal(code: "40768", message: "Order does not exist")
        }
        guard orders[place].state == "live" else { throw Refusal(code: "22001", message: "No order to cancel") }
        orders[place].cancelsAfterReads = 1
        return orders[place]
    }

    mutating func protect(
        client: String, type: String, isLong: Bool, size: Quantity, trigger: Price
    ) throws(Refusal) -> Plan {
        guard isHedge ? (isLong ? long : short) > .zero : (long > .zero) == isLong && long != .zero else {
            throw Refusal(code: "43023", message: "Insufficient position, can not set profit or stop loss")
        }
        guard !clients.contains(client) else { throw Refusal(code: "40786", message: "Duplicate clientOid") }
        let isStop = type.contains("loss")
        guard (trigger < price) == (isLong == isStop) else {
            throw Refusal(code: "40917", message: "Stop price for long position please < mark price")
        }
        clients.insert(client)
        let plan = Plan(
            id: name(), client: client, type: type, isLong: isLong, size: size, trigger: trigger, at: now)
        plans.append(plan)
        return plan
    }

    /// Fires a trigger order: it becomes a market order that carries its name.
    mutating func fire(_ client: String) {
        guard let place = plans.firstIndex(where: { $0.client == client }) else { return }
        let plan = plans[place]
        (plans[place].state, plans[place].at) = ("executed", now)
        let name =
            switch childName {
            case .planID: plan.id
            case .planClient: plan.client
            case .stranger: self.name()
            }
        clients.remove(name)
        let child = try? self.place(
            client: name, side: plan.isLong ? .sell : .buy, isLong: isHedge ? plan.isLong : nil, closes: true,
            size: plan.size, limit: nil, immediate: false)
        plans[place].child = child?.id
        if let child, let index = index(id: child.id, client: nil) {
            orders[index].source = plan.type.contains("loss") ? "stop_loss_market" : "stop_profit_market"
        }
    }
}
