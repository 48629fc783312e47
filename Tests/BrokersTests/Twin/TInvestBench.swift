import Brokers
import Core
import Foundation
import FoundationNetworking
import Twins

/// A local broker of shares in this process, on a free port: what speaks for it was written apart from the client.
struct TInvestBench: Sendable {
    /// Its manners, in so far as the venue's documents leave them open.
    struct Manner: Sendable {
        var lot = 10
        var duplicates = TInvestDuplicates.refuse
        var isSandbox = false
        var sandboxStops = TInvestSandboxStops.rest
        /// What goes wrong from the start.
        var plan = TwinFaultPlan()
    }

    let host: TwinHost<TInvestWorld>
    let port: Int
    private let server: TwinServer
    private let manner: Manner

    /// A venue whose only share stands still at 100.
    init(_ manner: Manner, adjust: (inout TInvestSetup) -> Void = { _ in }) async throws {
        var setup = TInvestSetup()
        setup.isSandbox = manner.isSandbox
        setup.quirks.duplicates = manner.duplicates
        setup.sandboxStops = manner.sandboxStops
        adjust(&setup)
        let lot = Quantity(FixedDecimal(manner.lot))
        let rules = Instrument(
            symbol: TinkoffBench.symbol, tick: Price(FixedDecimal(1).divided(by: FixedDecimal(100))),
            lotStep: lot,
            minimumQuantity: lot, minimumNotional: .zero, quote: Currency("RUB"))
        let now = Self.now()
        var market = TwinMarket(
            instruments: [rules], series: [], start: now, speed: 1, clock: .real, seed: 1, at: now)
        market.hold(rules.symbol)
        market.reach(Price(FixedDecimal(100)), of: rules.symbol, volume: 1, at: now)
        let faults = FaultDesk(plan: manner.plan, name: "tinkoff", seed: 1, at: now)
        let world = TInvestWorld(
            setup: setup, market: market, faults: faults, at: TwinMoment(wall: now, venue: now))
        host = TwinHost(world, wallClock: { Self.now() })
        server = try await TwinServer.start(host, port: 0)
        (port, self.manner) = (server.port, manner)
    }

    /// Settings of a client of it, with the waits of a test.
    func settings(adjust: (inout TinkoffSettings) -> Void = { _ in }) -> TinkoffSettings {
        var settings = TinkoffBench.settings(port: port)
        settings.token = Secret((manner.isSandbox ? TInvestToken.sandbox : .trading).text)
        settings.isSandbox = manner.isSandbox
        adjust(&settings)
        return settings
    }

    /// A broker in front of it, started; in the sandbox with an account and a million.
    func broker(adjust: (inout TinkoffSettings) -> Void = { _ in }) async throws -> TinkoffBroker {
        let broker = try TinkoffBroker(settings(adjust: adjust))
        do {
            if manner.isSandbox {
                _ = try await broker.openSandbox(roubles: Money(FixedDecimal(1_000_000)))
            }
            try await broker.start(
                VenueWatch(symbols: [TinkoffBench.symbol], interval: nil, barsAfter: .epoch))
        } catch {
            await broker.stop()
            throw error
        }
        return broker
    }

    /// Asks the control endpoint.
    @discardableResult
    func control(_ command: String, _ body: String) async throws -> Wire {
        guard let url = URL(string: "http://127.0.0.1:\(port)/twin/\(command)") else { return .null }
        var request = URLRequest(url: url)
        (request.httpMethod, request.httpBody) = ("POST", Data(body.utf8))
        let (data, _) = try await URLSession.shared.data(for: request)
        let text = String(decoding: data, as: UTF8.self)
        if text.contains(#""error""#) { throw VenueError(.rejected, code: "CONTROL", message: text) }
        return Wire(json: data) ?? .null
    }

    /// How many streams are open.
    func streams() async throws -> Int {
        try await control("status", "{}")["streams"]?.string.flatMap(Int.init) ?? 0
    }

    private static func now() -> Timestamp {
        Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
    }

    func stop() async { await server.stop() }
}

/// Starts a twin with a broker in front of it, and stops both afterwards.
func withTInvest(
    _ manner: TInvestBench.Manner = TInvestBench.Manner(),
    setup: (inout TInvestSetup) -> Void = { _ in },
    adjust: (inout TinkoffSettings) -> Void = { _ in },
    _ body: (TinkoffBroker, TInvestBench) async throws -> Void
) async throws {
    let twin = try await TInvestBench(manner, adjust: setup)
    var broker: TinkoffBroker?
    do {
        let started = try await twin.broker(adjust: adjust)
        broker = started
        try await body(started, twin)
    } catch {
        await broker?.stop()
        await twin.stop()
        throw error
    }
    await broker?.stop()
    await twin.stop()
}
