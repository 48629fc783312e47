import Brokers
import Core
import Crypto
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
    /// - Parameters:
    ///   - skew: How far its clock is ahead.
    ///   - hasNewStrategies: Whether a unified account has strategy orders of newer documentation.
    init(
        isUnified: Bool, isHedge: Bool, hasLimits: Bool = true, isDemo: Bool = false, skew: TimeSpan = .zero,
        largestMarket: Quantity? = nil, hasNewStrategies: Bool = true
    ) async throws {
        var setup = BitgetSetup()
        setup.family = isUnified ? .unified : .classic
        setup.holdMode = isHedge ? .hedge : .oneWay
        (setup.hasLimits, setup.isDemo, setup.largestMarket) = (hasLimits, isDemo, largestMarket)
        setup.hasNewStrategies = hasNewStrategies
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

    /// Asks the control endpoint.
    func control(_ command: String, _ body: String) async throws {
        let answer = try await exchange("/twin/\(command)", [:], body)
        guard answer.status == 200 else { throw Refused(text: String(decoding: answer.body, as: UTF8.self)) }
    }

    /// What the venue's own books say.
    func books() async throws -> Wire {
        let answer = try await exchange("/twin/books", [:], "")
        guard let books = Wire(json: answer.body) else { throw Refused(text: "no books") }
        return books
    }

    /// Moves the price.
    func price(_ price: String) async throws {
        try await control("price", #"{"symbol":"BTCUSDT","price":"\#(price)"}"#)
    }

    /// Somebody else's hands on the account: a signed request that no client of ours makes.
    func post(_ path: String, _ body: String) async throws {
        let stamp = String(Self.now().milliseconds)
        let code = HMAC<SHA256>.authenticationCode(
            for: Data("\(stamp)POST\(path)\(body)".utf8), using: SymmetricKey(data: Data(Self.secret.utf8)))
        let answer = try await exchange(
            path,
            [
                "ACCESS-KEY": Self.key, "ACCESS-PASSPHRASE": Self.passphrase, "ACCESS-TIMESTAMP": stamp,
                "ACCESS-SIGN": Data(code).base64EncodedString(), "Content-Type": "application/json",
            ], body)
        let text = String(decoding: answer.body, as: UTF8.self)
        guard text.contains(#""code":"00000""#) else { throw Refused(text: text) }
    }

    private func exchange(_ target: String, _ headers: [String: String], _ body: String) async throws -> HTTPAnswer {
        let transport = try HTTPTransport()
        defer { Task { await transport.shutdown() } }
        return try await transport.send(
            HTTPExchange(
                method: "POST", base: "http://127.0.0.1:\(port)", target: target,
                headers: headers.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }, body: Array(body.utf8)))
    }

    private struct Refused: Error { let text: String }
}
