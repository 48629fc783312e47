package import Core

/// One execution in shares.
package struct TinkoffExecution: Hashable, Sendable {
    /// The exchange's name for it, or one derived from the order where the venue lists none.
    package var tradeID: String
    /// Price of one share.
    package var price: Price
    /// How many.
    package var pieces: TinkoffPieces
    /// When.
    package var at: Timestamp
    /// Whether the venue did not list it and it was derived from the order's totals.
    package var isDerived = false
}

/// What an order's executions are, taken from its single trades: the totals of an order mean different things in
/// different messages, and its stages may be counted in lots or in shares, late, or missing.
package enum TinkoffFills {
    /// All executions of an order, those told before first.
    ///
    /// - Parameters:
    ///   - told: What was told of it before.
    ///   - isPatient: Whether missing trades may still be listed: nothing is derived then.
    package static func executions(
        of order: TinkoffOrder, lot: TinkoffLotSize, unit: TinkoffStageUnit, told: [TinkoffExecution],
        isPatient: Bool, at now: Timestamp
    ) -> [TinkoffExecution] {
        let done = lot.pieces(of: order.done)
        let isDerived = told.contains(where: \.isDerived)
        if !isDerived, let listed = listed(order, lot, unit, isPatient: isPatient), listed.count >= told.count {
            let known = Set(told.map(\.tradeID))
            let all = told + listed.filter { !known.contains($0.tradeID) }
            if sum(all) == done || isPatient { return sum(all) <= done ? all : told }
            return all + derived(order, done, all, at: now)
        }
        return isPatient ? told : told + derived(order, done, told, at: now)
    }

    static func sum(_ executions: [TinkoffExecution]) -> TinkoffPieces {
        executions.reduce(.zero) { $0 + $1.pieces }
    }

    /// The stages in shares; nil while they do not add up and may still do so.
    private static func listed(
        _ order: TinkoffOrder, _ lot: TinkoffLotSize, _ unit: TinkoffStageUnit, isPatient: Bool
    ) -> [TinkoffExecution]? {
        let total = order.stages.reduce(0) { $0 + $1.count }
        let done = lot.pieces(of: order.done).count
        let inLots: Bool
        if total == done {
            inLots = false
        } else if total == order.done.count, unit == .lots {
            inLots = true
        } else {
            guard !isPatient, !order.stages.isEmpty else { return nil }
            // More than the lots that were done can only be shares.
            inLots = total < order.done.count && unit == .lots
        }
        return order.stages.map { stage in
            let pieces = inLots ? lot.pieces(of: TinkoffLots(stage.count)) : TinkoffPieces(stage.count)
            return TinkoffExecution(tradeID: stage.tradeID, price: stage.price, pieces: pieces, at: stage.at)
        }
    }

    /// What was done beyond the listed trades, at the price that makes the average come out.
    private static func derived(
        _ order: TinkoffOrder, _ done: TinkoffPieces, _ known: [TinkoffExecution], at now: Timestamp
    ) -> [TinkoffExecution] {
        let before = sum(known)
        let rest = done - before
        guard rest > .zero, let price = price(order, done, known, rest) else { return [] }
        return [
            TinkoffExecution(
                tradeID: "\(order.orderID)-\(before.count)-\(done.count)", price: price, pieces: rest,
                at: max(order.at, now), isDerived: true)
        ]
    }

    private static func price(
        _ order: TinkoffOrder, _ done: TinkoffPieces, _ known: [TinkoffExecution], _ rest: TinkoffPieces
    ) -> Price? {
        guard let average = order.average else { return nil }
        let spent = known.reduce(Money.zero) { $0 + $1.price.notional($1.pieces.quantity) }
        let left = average.notional(done.quantity) - spent
        let price = Price(left.value.divided(by: rest.quantity.value))
        return price > .zero ? price : average
    }
}

/// What is held of one instrument. The venue shows executions in its orders before it shows them in its positions; a
/// position is believed when it is the sum of a believed one and what was executed since. Two figures that do not add
/// up are believed when they stay as they are: for a while when nothing was executed here, and three times as long when
/// something was, because then the position is more likely to be late than to have been changed elsewhere.
package struct TinkoffSettlement: Sendable {
    private var believed: (position: TinkoffPieces, net: TinkoffPieces)?
    private var last: (position: TinkoffPieces, net: TinkoffPieces)?
    private var since = Duration.zero

    /// Nothing was read yet.
    package init() {}

    /// Takes a reading.
    ///
    /// - Parameters:
    ///   - net: What today's orders bought less what they sold, of a reading before that of the position.
    ///   - settling: How long two figures that do not add up have to stay as they are to be believed.
    /// - Returns: Whether the position is believed.
    package mutating func read(
        position: TinkoffPieces, net: TinkoffPieces, settling: Duration, at now: Duration
    ) -> Bool {
        let isSame = last.map { $0.position == position && $0.net == net } ?? false
        if !isSame { since = now }
        last = (position, net)
        let addsUp = believed.map { $0.position + (net - $0.net) == position } ?? (net == .zero)
        let patience = believed.map { $0.net == net } ?? true ? settling : settling * 3
        guard addsUp || (isSame && now - since >= patience) else { return false }
        believed = (position, net)
        return true
    }
}
