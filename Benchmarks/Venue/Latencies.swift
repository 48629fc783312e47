import Brokers
import Core

/// How long an order takes, and how many pass, beside bare requests over the same transport.
enum Latencies {
    static func measure(_ count: Int, into table: inout FigureTable) async throws {
        for isUnified in [false, true] {
            let venue = try await BenchVenue(isUnified: isUnified)
            let language = isUnified ? "V3" : "V2"
            if !isUnified { try await firstBytes(venue, count, into: &table) }
            try await trips(venue, count, language, into: &table)
            await venue.stop()
        }
        for lanes in [1, 8] {
            let venue = try await BenchVenue(isUnified: false)
            let rate = try await orders(venue, lanes)
            let bare = try await requests(venue, lanes)
            table.add(
                "orders a second against the twin, \(lanes) at a time", "\(Int(rate))",
                beside: "bare requests: \(Int(bare))", ratio: rate / bare)
            await venue.stop()
        }
    }

    private static let time = "/api/v2/public/time"

    private static func bare(_ transport: HTTPTransport, _ port: Int) async throws {
        let answer = try await transport.send(
            HTTPExchange(method: "GET", base: "http://127.0.0.1:\(port)", target: time))
        guard answer.status == 200 else { throw BenchFault(description: "\(time) answered \(answer.status)") }
    }

    private static func place(_ broker: BitgetBroker, _ request: OrderRequest) async throws {
        let outcome = await broker.submit(request)
        guard case .accepted = outcome else { throw BenchFault(description: "an order was not accepted: \(outcome)") }
    }

    private static func firstBytes(_ venue: BenchVenue, _ count: Int, into table: inout FigureTable) async throws {
        let proxy = try await ArrivalProxy.start(to: venue.port)
        let (broker, transport) = (try venue.broker(by: proxy.port), try HTTPTransport())
        for index in 0..<50 {
            try await place(broker, venue.waiting("warm\(index)"))
            try await bare(transport, proxy.port)
        }
        var (ours, bares): ([Duration], [Duration]) = ([], [])
        for index in 0..<count {
            _ = proxy.taken()
            var begun = ContinuousClock.now
            try await place(broker, venue.waiting("first\(index)"))
            if let moment = proxy.taken() { ours.append(moment - begun) }
            begun = .now
            try await bare(transport, proxy.port)
            if let moment = proxy.taken() { bares.append(moment - begun) }
        }
        let (own, other) = (Spread(ours), Spread(bares))
        table.add(
            "decision to first byte at the venue, signature included", own.text, beside: "bare request: \(other.text)",
            ratio: own.at(0.5) / other.at(0.5))
        await broker.stop()
        await transport.shutdown()
        await proxy.stop()
    }

    private static func trips(
        _ venue: BenchVenue, _ count: Int, _ language: String, into table: inout FigureTable
    ) async throws {
        let (broker, transport) = (try venue.broker(), try HTTPTransport())
        for index in 0..<50 {
            try await place(broker, venue.waiting("warm-\(index)"))
            try await bare(transport, venue.port)
        }
        var (ours, bares): ([Duration], [Duration]) = ([], [])
        for index in 0..<count {
            var begun = ContinuousClock.now
            try await place(broker, venue.waiting("trip\(index)"))
            ours.append(.now - begun)
            begun = .now
            try await bare(transport, venue.port)
            bares.append(.now - begun)
        }
        let (own, other) = (Spread(ours), Spread(bares))
        table.add(
            "order round trip against the twin, \(language)", own.text, beside: "bare request: \(other.text)",
            ratio: own.at(0.5) / other.at(0.5))
        await broker.stop()
        await transport.shutdown()
    }

    private static let burst = 400

    private static func orders(_ venue: BenchVenue, _ lanes: Int) async throws -> Double {
        let broker = try venue.broker()
        try await place(broker, venue.waiting("warm"))
        let rate = try await perSecond(lanes) { lane, index in
            try await place(broker, venue.waiting("o\(lane)-\(index)"))
        }
        await broker.stop()
        return rate
    }

    private static func requests(_ venue: BenchVenue, _ lanes: Int) async throws -> Double {
        let transport = try HTTPTransport()
        let port = venue.port
        let rate = try await perSecond(lanes) { _, _ in try await bare(transport, port) }
        await transport.shutdown()
        return rate
    }

    private static func perSecond(
        _ lanes: Int, _ act: @Sendable @escaping (_ lane: Int, _ index: Int) async throws -> Void
    ) async throws -> Double {
        let begun = ContinuousClock.now
        try await withThrowingTaskGroup(of: Void.self) { group in
            for lane in 0..<lanes {
                group.addTask { for index in 0..<(burst / lanes) { try await act(lane, index) } }
            }
            try await group.waitForAll()
        }
        return Double(burst) / ((ContinuousClock.now - begun) / .seconds(1))
    }
}
