import Core

extension Desk {
    /// A bar was told. A run that begins in the middle of one hears of the last complete bar after the price of now:
    /// such a close is what decisions refer to, and the last price stays the newer one.
    ///
    /// - Returns: Whether its close is the last price.
    @inline(__always) mutating func closed(at price: Price, _ closeTime: Timestamp) -> Bool {
        guard let tickAt = page.span[0].tickAt, closeTime < tickAt else { return true }
        referencePrice = price
        return false
    }
}
