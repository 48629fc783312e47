import Core

/// One look at the account.
struct TinkoffLook: Sendable {
    /// Money and positions.
    let balance: TinkoffBalance
    /// The orders of today that the positions agree with, ended ones included.
    let orders: [TinkoffOrder]
    /// Orders of ours that were open before the orders were listed.
    let open: [ClientOrderID: TinkoffBook.Tracked]
    /// Stops that had left the list of those that wait, before the orders were listed.
    let loose: [String: TinkoffStop]
}
