import Core

/// Accounts that hold both sides of an instrument.
extension Comparison {
    /// What the venue holds on the side that the books hold. A hedge account may hold the other one besides: that is
    /// nobody's of ours, is not netted, and holds entries for as long as it is there.
    mutating func ourSide(of desk: inout Desk) -> AccountPosition? {
        let sides = snapshot.positions.filter { $0.symbol == desk.symbol }
        beside = []
        guard sides.count > 1 else { return sides.first }
        let quantity = desk.position.quantity
        guard let ours = sides.first(where: { quantity != .zero && !$0.quantity.isOpposite(to: quantity) }) else {
            // Both are somebody else's: the first is adopted, the other stays beside it.
            for other in sides.dropFirst() { setAside(other) }
            return sides.first
        }
        for other in sides where other != ours {
            setAside(other)
            desk.hold = .external
            guard account.toldOrders.insert("\(desk.symbol)/\(other.quantity)").inserted else { continue }
            let sentence =
                "the venue holds \(other.quantity) beside our \(ours.quantity): close it by hand, "
                + "entries are held until then"
            differ(.position, desk.symbol, sentence, .reported)
            alert(.critical, "EXTERNAL_POSITION", "\(desk.symbol): \(sentence)")
        }
        return ours
    }

    /// Keeps the executions that made the other side what it is: they explain nothing of ours now, and everything once
    /// that side is closed by an order of ours. The newest run that adds up to it is taken; what is older, or made
    /// our side, is not in it.
    private mutating func setAside(_ other: AccountPosition) {
        let told = account.strangers.filter { $0.symbol == other.symbol }
        for end in told.indices.reversed() {
            var sum = Quantity.zero
            for start in (0...end).reversed() {
                sum += told[start].side.signed(told[start].quantity)
                guard sum == other.quantity else { continue }
                beside.formUnion(told[start...end].map(\.tradeID))
                return
            }
        }
    }

    /// While everything is closed nothing is believed that has to be guessed. But where the venue is flat, and what
    /// other hands did is just what the books hold, nothing is missing: it is booked, and no execution of ours has to
    /// be waited for.
    mutating func explain(_ desks: inout [Desk]) {
        for place in desks.indices where desks[place].broker == snapshot.broker {
            let (symbol, held) = (desks[place].symbol, desks[place].position.quantity)
            guard held != .zero, !desks[place].lacksExecutions, !snapshot.symbols.contains(symbol),
                desks[place].isSettled(by: [], at: now)
            else { continue }
            let told = strangers(of: desks[place])
            if told.reduce(held, { $0 + $1.side.signed($1.quantity) }) == .zero { adopt(nil, &desks[place]) }
        }
    }
}
