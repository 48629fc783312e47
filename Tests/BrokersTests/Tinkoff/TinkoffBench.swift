import Brokers
import Core
import Foundation
import Synchronization
import Testing

/// A broker in front of a scripted venue.
enum TinkoffBench {
    static let symbol: Symbol = {
        guard let symbol = Symbol("SBER") else { preconditionFailure("SBER is a symbol") }
        return symbol
    }()

    static func settings(port: Int) -> TinkoffSettings {
        var settings = TinkoffSettings()
        settings.baseURL = "http://127.0.0.1:\(port)"
        settings.streamURL = "ws://127.0.0.1:\(port)"
        settings.token = Secret(TinkoffStandIn.token)
        settings.mayShort = true
        settings.absence = .milliseconds(200)
        settings.exitAbsence = .milliseconds(200)
        settings.strangerAbsence = .zero
        settings.stagePatience = .milliseconds(100)
        settings.settling = .milliseconds(500)
        settings.sessionSpacing = .milliseconds(300)
        settings.resync = .milliseconds(500)
        settings.backoff = Backoff(steps: [.milliseconds(10)])
        return settings
    }

    static func request(
        _ id: String, _ side: Side, _ kind: OrderKind = .market, lots: Int = 1, reduceOnly: Bool = false,
        purpose: OrderPurpose = .manual
    ) -> OrderRequest {
        OrderRequest(
            clientID: ClientOrderID(id), symbol: symbol, side: side,
            quantity: Quantity(FixedDecimal(lots * Int(TinkoffStandIn.lot))), kind: kind, reduceOnly: reduceOnly,
            purpose: purpose)
    }

    /// Reads news until one fits.
    static func wait(
        _ broker: TinkoffBroker, patience: Int = 200, _ isMeant: (VenueEvent) -> Bool
    ) async throws -> [VenueEvent] {
        var seen: [VenueEvent] = []
        for _ in 0..<patience {
            guard let batch = try await broker.nextEvents() else { break }
            seen += batch.events
            if batch.events.contains(where: isMeant) { return seen }
        }
        Issue.record("what was waited for did not come: \(seen)")
        return seen
    }

    static func isEnd(_ id: String) -> (VenueEvent) -> Bool {
        { event in
            guard case .order(let report) = event else { return false }
            return report.clientID == ClientOrderID(id) && report.state.isFinal
        }
    }
}

/// Our own clock, which a test moves.
final class TinkoffClock: Sendable {
    private let shift = Mutex(TimeSpan.zero)

    var now: Timestamp { Timestamp(milliseconds: TinkoffStandIn.now()) + shift.withLock { $0 } }

    func pass(_ span: TimeSpan) { shift.withLock { $0 = $0 + span } }
}

extension TinkoffBroker {
    /// What of a name's executions is told from now on, until `pieces` are.
    func told(_ id: ClientOrderID, until pieces: Int64) async throws -> Int64 {
        var sum = Quantity.zero
        let wanted = TinkoffPieces(pieces).quantity
        _ = try await TinkoffBench.wait(self) { event in
            if case .fill(let fill) = event, fill.clientID == id { sum += fill.quantity }
            return sum >= wanted
        }
        return TinkoffPieces(sum)?.count ?? 0
    }
}

/// Starts a broker in front of a scripted venue, and stops both afterwards.
func withTinkoff(
    _ standIn: TinkoffStandIn = TinkoffStandIn(), adjust: (inout TinkoffSettings) -> Void = { _ in },
    isStarted: Bool = true, clock: TinkoffClock? = nil, _ body: (TinkoffBroker, StandInServer) async throws -> Void
) async throws {
    let server = try await StandInServer(standIn)
    var settings = TinkoffBench.settings(port: server.port)
    adjust(&settings)
    let broker =
        try clock.map { clock in try TinkoffBroker(settings, wallClock: { clock.now }) } ?? TinkoffBroker(settings)
    do {
        if isStarted {
            try await broker.start(VenueWatch(symbols: [TinkoffBench.symbol], interval: nil, barsAfter: .epoch))
        }
        try await body(broker, server)
    } catch {
        await broker.stop()
        await server.stop()
        throw error
    }
    await broker.stop()
    await server.stop()
}
