import Core
import Foundation
import Testing

/// A twin, an artifact that goes long at once, and a state folder.
struct LiveSite {
    let site: Site
    let twin: TwinAtWork
    /// Where the price stands until somebody moves it.
    let price: String
    /// Settings of this test.
    var settings: [String: String] = [:]
    /// How many orders protect a position at the venue.
    let nativePlans: Int

    /// Half of the budget (1000 USDT, 100000 RUB) long from the first minute on, stop ten percent below, take-profit
    /// ten percent above.
    init(
        _ flags: [String] = [], venue: TwinVenue = .bitget,
        target: @escaping (Int) -> Double = { _ in 0.5 }
    ) async throws {
        site = try Site()
        twin = try await TwinAtWork(site, flags, venue: venue)
        price = try await twin.price()
        try await twin.price(price)
        // Without reduce-only only one order can protect; in the sandbox the runner watches both levels.
        nativePlans = venue == .bitget ? 2 : flags.contains("--sandbox") ? 0 : 1
        try KnownRows.write(
            to: site.url.appending(path: "signals.bin"),
            [KnownRows.Asset(venue.asset, at: price, target: target)])
        if flags.contains("--sandbox") {
            try await site.succeed(["sandbox", "--roubles", "1000000"], environment: twin.environment)
        }
    }

    /// The price times so many hundredths.
    func moved(_ percent: Double) -> String { String(Int((Double(price) ?? 0) * percent / 100)) }

    /// Limits that let the orders pass, and the twin's addresses and keys.
    var environment: [String: String] {
        let limits = [
            "ALLOW_LIVE": "1", "RISK_MAX_ORDER_NOTIONAL": "2500,RUB:200000",
            "RISK_MAX_POSITION_NOTIONAL": "2500,RUB:200000", "RISK_MAX_QUANTITY": "off",
            "RISK_MAX_LEVERAGE": "5",
        ]
        return limits.merging(twin.environment) { $1 }.merging(settings) { $1 }
    }

    var command: [String] {
        ["run", "--mode", "live", "--loop", "--assets", twin.venue.asset]
            + ["--signals", "signals.bin", "--state-dir", "state"]
    }

    func start() throws -> Program { try Program(command, in: site.url, environment: environment) }

    /// Waits until the venue holds a position with its native protections, and the runner says that it is protected.
    func untilProtected() async throws {
        let plans = nativePlans
        try await twin.until("a protected position") {
            $0.held.count == 1 && $0.livePlans.count == plans
        }
        #expect(try await waitFor { site.isProtected }, "the runner does not say that it is protected")
    }

    /// Why the runner enters nothing, by its own state file.
    var hold: String? {
        get throws {
            let assets = try site.json("state/runner_state.json")["assets"] as? [[String: Any]]
            return assets?.first?["hold"] as? String
        }
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
        let export = try await site.succeed([
            "ledger", "export", "fills", "--format", "json", "--state-dir", "state",
        ])
        let rows = try #require(try export.json() as? [[String: Any]])
        let fields = (nativePlans > 0 ? ["trade_id"] : []) + ["side", "price", "quantity", "fee"]
        let own = rows.map { row in fields.map { TwinBooks.exact(row[$0]) }.joined(separator: " ") }
            .sorted()
        // The sandbox lists no single executions: theirs have names that nobody is told.
        let theirs = try await twin.books().fills(withNames: nativePlans > 0)
        #expect(!theirs.isEmpty && own == theirs, "\(own) is not \(theirs)", sourceLocation: location)
    }

    /// Nothing that was written anywhere holds a key, a secret or a passphrase.
    func expectNoSecrets(at location: SourceLocation = #_sourceLocation) throws {
        var looked = 0
        for name in try site.everyName() where !name.hasPrefix("twin/") {
            guard let data = try? site.data(name) else { continue }
            looked += 1
            for secret in twin.secrets {
                #expect(
                    data.range(of: Data(secret.utf8)) == nil, "a secret is in \(name)",
                    sourceLocation: location)
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
