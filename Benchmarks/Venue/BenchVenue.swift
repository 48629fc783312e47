import Brokers
import Core
import Foundation
import Twins

/// The local twin in this process, without limits, its one instrument standing still at 100.
struct BenchVenue {
    let port: Int
    let symbol: Symbol
    private let server: TwinServer

    init(isUnified: Bool, hasLimits: Bool = false) async throws {
        guard let symbol = Symbol("BTCUSDT") else { preconditionFailure("BTCUSDT is a symbol") }
        self.symbol = symbol
        var setup = BitgetSetup()
        setup.family = isUnified ? .unified : .classic
        setup.hasLimits = hasLimits
        let cent = FixedDecimal(1).divided(by: FixedDecimal(100))
        let rules = Instrument(
            symbol: symbol, tick: Price(FixedDecimal(1).divided(by: FixedDecimal(10))), lotStep: Quantity(cent),
            minimumQuantity: Quantity(cent), minimumNotional: Money(FixedDecimal(5)), quote: Currency("USDT"))
        let now = Self.now()
        var market = TwinMarket(
            instruments: [rules], series: [], start: now, speed: 1, clock: .real, seed: 1, at: now)
        market.hold(symbol)
        market.reach(Price(FixedDecimal(100)), of: symbol, volume: 1, at: now)
        let faults = FaultDesk(plan: TwinFaultPlan(), name: "bitget", seed: 1, at: now)
        let world = BitgetWorld(setup: setup, market: market, faults: faults, at: TwinMoment(wall: now, venue: now))
        server = try await TwinServer.start(TwinHost(world, wallClock: { Self.now() }), port: 0)
        port = server.port
    }

    private static func now() -> Timestamp { Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)) }

    /// A client of the venue, perhaps by way of another port; it may ask as often as it likes.
    func broker(by port: Int? = nil, pace: Double = 1000) throws -> BitgetBroker {
        var settings = BitgetSettings()
        settings.baseURL = "http://127.0.0.1:\(port ?? self.port)"
        settings.streamURL = "ws://127.0.0.1:\(self.port)"
        settings.pace = pace
        settings.credentials = BitgetCredentials(
            key: Secret(BitgetKey.trading.key), secret: Secret(BitgetKey.trading.secret),
            passphrase: Secret(BitgetKey.trading.passphrase))
        return try BitgetBroker(settings)
    }

    func order(_ name: String, _ kind: OrderKind) -> OrderRequest {
        OrderRequest(
            clientID: ClientOrderID(name), symbol: symbol, side: .buy, quantity: Quantity(.one), kind: kind,
            reduceOnly: false, purpose: .manual)
    }

    /// A purchase that waits far below the market.
    func waiting(_ name: String) -> OrderRequest { order(name, .limit(Price(FixedDecimal(50)))) }

    func stop() async { await server.stop() }
}

/// A figure cannot be had.
struct BenchFault: Error, CustomStringConvertible {
    let description: String
}
