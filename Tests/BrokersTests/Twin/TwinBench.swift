import Core
import Foundation
import Twins

/// A local venue in this process, on a free port: what speaks for it was written apart from the client.
struct TwinBench: Sendable {
    let port: Int
    private let server: TwinServer

    static let key = BitgetKey.trading.key
    static let secret = BitgetKey.trading.secret
    static let passphrase = BitgetKey.trading.passphrase

    /// A venue whose only instrument stands still at 100.
    ///
    /// - Parameter skew: How far its clock is ahead.
    init(
        isUnified: Bool, isHedge: Bool, hasLimits: Bool = true, isDemo: Bool = false, skew: TimeSpan = .zero
    ) async throws {
        var setup = BitgetSetup()
        setup.family = isUnified ? .unified : .classic
        setup.holdMode = isHedge ? .hedge : .oneWay
        (setup.hasLimits, setup.isDemo) = (hasLimits, isDemo)
        let cent = FixedDecimal(1).divided(by: FixedDecimal(100))
        let rules = Instrument(
            symbol: BitgetBench.symbol, tick: Price(FixedDecimal(1).divided(by: FixedDecimal(10))),
            lotStep: Quantity(cent), minimumQuantity: Quantity(cent), minimumNotional: Money(FixedDecimal(5)),
            quote: Currency("USDT"))
        let now = Self.now()
        var market = TwinMarket(
            instruments: [rules], series: [], start: now, speed: 1, clock: .real, seed: 1, at: now)
        market.hold(rules.symbol)
        market.reach(Price(FixedDecimal(100)), of: rules.symbol, volume: 1, at: now)
        let faults = FaultDesk(plan: TwinFaultPlan(), name: "bitget", seed: 1, at: now)
        let world = BitgetWorld(
            setup: setup, market: market, faults: faults, at: TwinMoment(wall: now, venue: now))
        server = try await TwinServer.start(TwinHost(world, wallClock: { Self.now() + skew }), port: 0)
        port = server.port
    }

    private static func now() -> Timestamp { Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)) }

    func stop() async { await server.stop() }
}
