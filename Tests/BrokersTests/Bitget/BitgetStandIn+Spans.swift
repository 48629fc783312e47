import Foundation

extension BitgetStandIn {
    /// The executions of the span that is asked for, newest first: ninety days back, and at most so many at once.
    func trades(_ request: StandInRequest, _ state: State) throws -> [ModelExchange.Trade] {
        let (now, day): (Int64, Int64) = (Self.now() + state.clockOffset, 86_400_000)
        let start = Int64(request.query["startTime"] ?? "") ?? 0
        let end = request.query["endTime"].flatMap { Int64($0) }
        guard now - start <= 90 * day else {
            throw ModelExchange.Refusal(code: "40704", message: "Can only check the data of the last three months")
        }
        guard (end ?? now) - start <= (isUnified ? 30 : 90) * day else {
            throw ModelExchange.Refusal(code: isUnified ? "00001" : "40705", message: "the interval is too long")
        }
        return state.exchange.trades.filter { $0.at >= start && $0.at <= end ?? .max }.sorted { $0.at > $1.at }
    }
}

extension BitgetStandIn {
    /// What answers wait for.
    final class Gate: Sendable {
        private let news = AsyncStream<Never>.makeStream()

        /// Lets everything through from now on.
        func open() { news.continuation.finish() }

        func opening() async { for await _ in news.stream {} }
    }
}
