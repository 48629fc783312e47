import Core

/// Accounts that hold both sides of an instrument.
extension Comparison {
    /// What the venue holds on the side that the books hold. A hedge account may hold the other one besides: that is
    /// nobody's of ours, is not netted, and holds entries for as long as it is there.
    mutating func ourSide(of desk: inout Desk) -> AccountPosition? {
        let sides = snapshot.positions.filter { $0.symbol == desk.symbol }
        guard sides.count > 1, !desk.position.isFlat,
            let ours = sides.first(where: { !$0.quantity.isOpposite(to: desk.position.quantity) })
        else { return sides.first }
        for other in sides where other != ours {
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
}
