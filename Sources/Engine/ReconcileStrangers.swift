import Core

/// What other hands did on the account.
extension Comparison {
    /// Whether an order is one of ours.
    func isOurs(_ report: OrderReport, _ desks: [Desk]) -> Bool {
        guard let id = report.clientID else { return false }
        return desks.contains { $0.symbol == report.symbol && $0.orders[id] != nil }
    }

    /// The executions of other hands that may explain a position of `desk`. What turned out to be ours is in the books
    /// already, and what may be younger than the reading explains nothing that it shows.
    func strangers(of desk: Desk) -> [Fill] {
        account.strangers.filter {
            $0.symbol == desk.symbol && !beside.contains($0.tradeID) && !account.isUnread($0)
                && !desk.orders.hasBooked($0)
        }
    }

    /// Books and venue agree on the position, so executions of other hands explain nothing of it: those that came to
    /// nothing together moved money all the same, and are booked as they were. What does not add up made the position
    /// what it was before the books began, and is let go; so is all that the first reading lists.
    mutating func settleStrangers(of desk: inout Desk) {
        let told = strangers(of: desk)
        let sum = told.reduce(Quantity.zero) { $0 + $1.side.signed($1.quantity) }
        if !isFirst, !told.isEmpty, sum == .zero { bookRoundTrip(told, of: &desk) }
        account.settleStrangers(of: desk.symbol, except: beside)
    }

    private mutating func bookRoundTrip(_ told: [Fill], of desk: inout Desk) {
        desk.bookRoundTrip(told, at: now)
        booked += told
        let turnover = told.filter { $0.side == .buy }.reduce(Quantity.zero) { $0 + $1.quantity }
        let sentence = "somebody else bought and sold \(turnover): \(told.count) executions booked as they were"
        differ(.position, desk.symbol, sentence, .booked)
        alert(.warning, "EXTERNAL_TRADES", "\(desk.symbol): \(sentence)")
    }
}
