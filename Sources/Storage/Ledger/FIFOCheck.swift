import Core

/// A second, independent account of a position: quantities and profit from the executions alone, lot by lot, each
/// piece's profit as size times price difference. The ledger's positions are compared with it.
struct FIFOCheck {
    private var lots: [(quantity: Quantity, price: Price)] = []
    private(set) var realised: Money = .zero
    private(set) var fees: Money = .zero
    private(set) var count = 0

    var quantity: Quantity { lots.reduce(.zero) { $0 + $1.quantity } }

    var cost: Money { lots.reduce(.zero) { $0 + $1.price.notional($1.quantity) } }

    mutating func book(_ fill: Fill) {
        count += 1
        fees += fill.fee
        var rest = fill.side.signed(fill.quantity)
        while rest != .zero, let lot = lots.first, (lot.quantity > .zero) != (rest > .zero) {
            let size = min(lot.quantity.magnitude, rest.magnitude)
            let signed = lot.quantity > .zero ? size : -size
            realised += fill.price.notional(signed) - lot.price.notional(signed)
            rest += signed
            lots[0].quantity -= signed
            if lots[0].quantity == .zero { lots.removeFirst() }
        }
        if rest != .zero { lots.append((rest, fill.price)) }
    }

    /// Where `stored` differs, as (field, stored, computed). Quantity and fees are exact; profit and cost may differ by
    /// the rounding of each booking in the twelfth digit.
    func differences(from stored: LedgerPositionRow) -> [(field: String, stored: String, computed: String)] {
        var result: [(String, String, String)] = []
        let tolerance = Money(FixedDecimal(units: Int128(4 * (count + 1))))
        if stored.quantity != quantity { result.append(("quantity", "\(stored.quantity)", "\(quantity)")) }
        if stored.fees != fees { result.append(("fees", "\(stored.fees)", "\(fees)")) }
        if (stored.realised - realised).magnitude > tolerance {
            result.append(("realised", "\(stored.realised)", "\(realised)"))
        }
        if (stored.cost - cost).magnitude > tolerance { result.append(("cost", "\(stored.cost)", "\(cost)")) }
        let held = stored.lots.reduce(Quantity.zero) { $0 + $1.quantity }
        if held != quantity { result.append(("lots", "\(held)", "\(quantity)")) }
        return result
    }
}
