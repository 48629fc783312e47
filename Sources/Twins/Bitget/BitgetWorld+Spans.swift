import Core

extension BitgetWorld {
    /// How far back executions and ended orders are told.
    private static let reach = TimeSpan(milliseconds: 90 * 86_400_000)

    /// Refuses a span of time that is too long, or that begins too long ago.
    func checkSpan(_ call: BitgetCall) throws(BitgetFault) {
        guard let start = call.moment("startTime") else { return }
        guard now.venue - start <= Self.reach else {
            throw BitgetFault("40704", "Can only check the data of the last three months")
        }
        let days: Int64 = setup.family == .unified ? 30 : 90
        guard (call.moment("endTime") ?? now.venue) - start <= TimeSpan(milliseconds: days * 86_400_000) else {
            throw setup.family == .unified
                ? BitgetFault("00001", "startTime and endTime interval cannot be greater than 30 days")
                : BitgetFault("40705", "The start and end time cannot exceed 90 days")
        }
    }
}
