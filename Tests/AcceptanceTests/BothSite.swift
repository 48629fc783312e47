import Core
import Foundation
import Testing

/// Two twins, one artifact that goes long in both assets at once, and one state folder.
struct BothSite {
    let site: Site
    let coins: TwinAtWork
    let shares: TwinAtWork
    private let prices: [TwinVenue: String]

    init(_ flags: [TwinVenue: [String]] = [:]) async throws {
        site = try Site()
        coins = try await TwinAtWork(site, flags[.bitget] ?? [], venue: .bitget)
        shares = try await TwinAtWork(site, flags[.tinvest] ?? [], venue: .tinvest)
        var prices: [TwinVenue: String] = [:]
        for twin in [coins, shares] {
            let price = try await twin.price()
            try await twin.price(price)
            prices[twin.venue] = price
        }
        self.prices = prices
        try KnownRows.write(
            to: site.url.appending(path: "signals.bin"),
            try prices.map { venue, price in try KnownRows.Asset(venue.asset, at: price) { _ in 0.5 } })
    }

    func twin(_ venue: TwinVenue) -> TwinAtWork { venue == .bitget ? coins : shares }

    func other(_ venue: TwinVenue) -> TwinVenue { venue == .bitget ? .tinvest : .bitget }

    /// A twin's first price times so many hundredths.
    func moved(_ venue: TwinVenue, _ percent: Double) -> String {
        String(Int((prices[venue].flatMap(Double.init) ?? 0) * percent / 100))
    }

    /// Limits that let the orders pass, a budget for each currency, and both twins' addresses and keys.
    var environment: [String: String] {
        let limits = [
            "ALLOW_LIVE": "1", "UNIVERSE_MODE": "both", "RISK_BUDGET_QUOTE": "USDT:800,RUB:60000",
            "RISK_MAX_ORDER_NOTIONAL": "USDT:2500,RUB:200000",
            "RISK_MAX_POSITION_NOTIONAL": "2500,RUB:200000",
            "RISK_MAX_QUANTITY": "off", "RISK_MAX_LEVERAGE": "5",
        ]
        return limits.merging(coins.environment) { $1 }.merging(shares.environment) { $1 }
    }

    func start() throws -> Program {
        try Program(
            ["run", "--mode", "live", "--loop", "--assets", "BTCUSDT,SBER", "--signals", "signals.bin"]
                + ["--state-dir", "state"], in: site.url, environment: environment)
    }

    /// Waits until both venues hold a position with its native protections.
    func untilProtected() async throws {
        try await coins.until("protected coins") { $0.held.count == 1 && $0.livePlans.count == 2 }
        try await shares.until("protected shares") { $0.held.count == 1 && $0.livePlans.count == 1 }
        #expect(try await waitFor { site.isProtected && site.positions.count == 2 })
    }

    /// The ledger's executions are those of both venues, to the last digit.
    func expectEqualBooks(at location: SourceLocation = #_sourceLocation) async throws {
        let verified = try await site.succeed(["ledger", "verify", "--state-dir", "state", "--json"])
        #expect((try verified.jsonObject()["findings"] as? [Any])?.isEmpty == true, "\(verified.text)")
        let export = try await site.succeed([
            "ledger", "export", "fills", "--format", "json", "--state-dir", "state",
        ])
        let rows = try #require(try export.json() as? [[String: Any]])
        for twin in [coins, shares] {
            let own = rows.filter { $0["venue"] as? String == twin.venue.client }.map { row in
                ["trade_id", "side", "price", "quantity", "fee"].map { TwinBooks.exact(row[$0]) }
                    .joined(separator: " ")
            }.sorted()
            let theirs = try await twin.books().fills
            #expect(!theirs.isEmpty && own == theirs, "\(own) is not \(theirs)", sourceLocation: location)
        }
    }

    /// Nothing that was written anywhere holds a key, a token, a secret or a passphrase.
    func expectNoSecrets(at location: SourceLocation = #_sourceLocation) throws {
        for name in try site.everyName() where !name.hasPrefix("twin/") {
            guard let data = try? site.data(name) else { continue }
            for secret in coins.secrets + shares.secrets {
                #expect(
                    data.range(of: Data(secret.utf8)) == nil, "a secret is in \(name)",
                    sourceLocation: location)
            }
        }
    }

    func stop() async throws {
        try await coins.stop()
        try await shares.stop()
    }
}
