/// Counts refusals of one kind of order, so that what a venue always refuses is not sent without end.
struct RefusalCount: Hashable, Codable, Sendable {
    private var reason = ""
    private var identical = 0
    private var total = 0

    /// Counts one more.
    ///
    /// - Returns: Whether it is time to give up: `limit` for the same reason, or three times as many for any.
    mutating func count(_ reason: String, limit: Int) -> Bool {
        identical = reason == self.reason ? identical + 1 : 1
        total += 1
        self.reason = reason
        return identical >= limit || total >= 3 * limit
    }
}
