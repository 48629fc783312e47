import Brokers
import Core
import Router

/// Three seconds of "too many" to everything while an account is flattened: what the storm adds beyond its own end.
enum Storm {
    private static let span = Duration.seconds(3)

    static func measure(into table: inout FigureTable) async throws {
        let calm = try await flatten(isStormy: false)
        let stormy = try await flatten(isStormy: true)
        table.add(
            "flatten during 3 s of 429 to every request, `Retry-After` 30 s", "\(text(stormy)) until proven flat",
            beside: "calm: \(text(calm))")
        table.add("of that, after the storm's end", text(stormy - span), beside: "promised: at most 2 s")
    }

    private static func flatten(isStormy: Bool) async throws -> Duration {
        let venue = try await BenchVenue(isUnified: false, hasLimits: true)
        let broker = try venue.broker(pace: 1)
        guard case .accepted = await broker.submit(venue.order("buy", .market)) else {
            throw BenchFault(description: "the position could not be opened")
        }
        while try await broker.snapshot(fillsSince: .distantFuture).positions.isEmpty {}
        let transport = try HTTPTransport()
        let begun = ContinuousClock.now
        if isStormy {
            let plan = #"{"rules":[{"do":"rateLimit","path":"/api","for":3,"seconds":[30,30]}]}"#
            _ = try await transport.send(
                HTTPExchange(
                    method: "POST", base: "http://127.0.0.1:\(venue.port)", target: "/twin/faults",
                    headers: [("Content-Type", "application/json")], body: Array(plan.utf8)))
        }
        let results = await ExecutionRouter(brokers: [broker]).closeAllPositions { _, symbol, leg in
            ClientOrderID("close-\(symbol)-\(leg)")
        }
        let took = ContinuousClock.now - begun
        guard try await broker.snapshot(fillsSince: .distantFuture).positions.isEmpty else {
            throw BenchFault(description: "not flat: \(results)")
        }
        await broker.stop()
        await transport.shutdown()
        await venue.stop()
        return took
    }

    private static func text(_ time: Duration) -> String { String(describing: Int(time / .milliseconds(1))) + " ms" }
}
