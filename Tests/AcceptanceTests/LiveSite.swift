import Core
import Foundation
import Testing

/// A twin, an artifact that goes long at once, and a state folder.
struct LiveSite {
    let site: Site
    let twin: TwinAtWork
    /// Where the price stands until somebody moves it.
    let price: String

    /// Half of 1000 USDT long from the first minute on, stop ten percent below, take-profit ten percent above.
    init(_ flags: [String] = [], target: (Int) -> Double = { _ in 0.5 }) async throws {
        site = try Site()
        twin = try await TwinAtWork(site, flags)
        price = try await twin.price()
        try await twin.price(price)
        let level = try #require(Double(price))
        try KnownRows.write(
            to: site.url.appending(path: "signals.bin"), stop: (level * 0.9).rounded(),
            takeProfit: (level * 1.1).rounded(), target: target)
    }

    /// The price times so many hundredths.
    func moved(_ percent: Double) -> String { String(Int((Double(price) ?? 0) * percent / 100)) }

    /// Limits that let the orders pass, and the twin's addresses and keys.
    var environment: [String: String] {
        let limits = [
            "ALLOW_LIVE": "1", "RISK_MAX_ORDER_NOTIONAL": "2500", "RISK_MAX_POSITION_NOTIONAL": "2500",
            "RISK_MAX_QUANTITY": "off", "RISK_MAX_LEVERAGE": "5",
        ]
        return limits.merging(twin.environment) { $1 }
    }

    var command: [String] {
        ["run", "--mode", "live", "--loop", "--assets", "BTCUSDT", "--signals", "signals.bin", "--state-dir", "state"]
    }

    func start() throws -> Program { try Program(command, in: site.url, environment: environment) }

    /// Waits until the venue holds a position with both native protections.
    func untilProtected() async throws {
        try await twin.until("a protected position") { $0.held.count == 1 && $0.livePlans.count == 2 }
    }

    /// Engages the kill switch and expects the proven end.
    func end(_ runner: Program) async throws {
        try await site.succeed(["kill"])
        let end = try await runner.end()
        #expect(end.status == 10, "\(end.text)")
    }

    /// The ledger's executions are the venue's, to the last digit.
    func expectEqualBooks(at location: SourceLocation = #_sourceLocation) async throws {
        let verified = try await site.succeed(["ledger", "verify", "--state-dir", "state", "--json"])
        #expect((try verified.jsonObject()["findings"] as? [Any])?.isEmpty == true, "\(verified.text)")
        let export = try await site.succeed(["ledger", "export", "fills", "--format", "json", "--state-dir", "state"])
        let rows = try #require(try export.json() as? [[String: Any]])
        let own = rows.map { row in
            ["trade_id", "side", "price", "quantity", "fee"].map { TwinAtWork.Books.exact(row[$0]) }
                .joined(separator: " ")
        }.sorted()
        let theirs = try await twin.books().fills
        #expect(!theirs.isEmpty && own == theirs, "\(own) is not \(theirs)", sourceLocation: location)
    }

    /// Nothing that was written anywhere holds a key, a secret or a passphrase.
    func expectNoSecrets(at location: SourceLocation = #_sourceLocation) throws {
        var looked = 0
        for name in try site.everyName() where !name.hasPrefix("twin/") {
            guard let data = try? site.data(name) else { continue }
            looked += 1
            for secret in twin.secrets {
                #expect(data.range(of: Data(secret.utf8)) == nil, "a secret is in \(name)", sourceLocation: location)
            }
        }
        #expect(looked > 5, sourceLocation: location)
    }
}

extension Site {
    /// Every file of the site, the outputs of programs included.
    func everyName() throws -> [String] {
        (FileManager.default.enumerator(atPath: url.path)?.compactMap { $0 as? String } ?? []).sorted()
    }
}
