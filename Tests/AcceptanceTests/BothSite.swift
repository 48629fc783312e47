import Core
import Foundation
import Glibc
import Testing

/// Two twins, one artifact that goes long in both assets at once, and one state folder.
struct BothSite {
    let site: Site
    private(set) var coins: TwinAtWork
    private(set) var shares: TwinAtWork
    private let prices: [TwinVenue: String]
    /// What a run is to do: trade, or only watch.
    var mode = "live"

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
        LiveSite.limits.merging(["UNIVERSE_MODE": "both", "RISK_BUDGET_QUOTE": "USDT:800,RUB:60000"]) { $1 }
            .merging(coins.environment) { $1 }.merging(shares.environment) { $1 }
    }

    /// What is traded.
    var assets = "BTCUSDT,SBER"

    var command: [String] {
        [
            "run", "--mode", mode, "--loop", "--assets", assets, "--signals", "signals.bin", "--state-dir", "state",
        ]
    }

    func start() throws -> Program { try Program(command, in: site.url, environment: environment) }

    /// The same with another process in the place of one of the twins.
    func with(_ again: TwinAtWork) -> BothSite {
        var other = self
        if again.venue == .bitget { other.coins = again } else { other.shares = again }
        return other
    }

    /// Waits until both venues hold a position with its native protections.
    func untilProtected() async throws {
        try await coins.until("protected coins") { $0.held.count == 1 && $0.livePlans.count == 2 }
        try await shares.until("protected shares") { $0.held.count == 1 && $0.livePlans.count == 1 }
        #expect(try await waitFor { site.isProtected && site.positions.count == 2 })
    }

    /// Engages the kill switch, and expects both flat and the books equal.
    func end(_ runner: Program, at location: SourceLocation = #_sourceLocation) async throws {
        try await site.succeed(["kill"])
        try await expectHalted(runner, at: location)
    }

    /// The run ends proven flat; then everything is over.
    func expectHalted(_ runner: Program, at location: SourceLocation = #_sourceLocation) async throws {
        let end = try await runner.end()
        #expect(end.status == 10, "\(end.text)", sourceLocation: location)
        for twin in [coins, shares] {
            let books = try await twin.books()
            #expect(books.isFlat, "\(books.root)", sourceLocation: location)
        }
        try await site.expectEqualBooks(with: [coins, shares], at: location)
        try site.expectNoSecrets(of: [coins, shares], at: location)
        try await stop()
    }

    /// Both hold a protected position, and then the runner is gone.
    func loseRunner() async throws {
        let runner = try start()
        try await untilProtected()
        runner.send(SIGKILL)
        _ = try await runner.end()
    }

    /// A watchdog that acts as soon as it may, by default with the keys of the run.
    func watchdog(_ settings: [String: String]? = nil) throws -> Program {
        try Program(
            ["watchdog", "--on-stale", "flatten", "--max-age", "1.5", "--json"], in: site.url,
            environment: settings ?? environment)
    }

    func stop() async throws {
        try await coins.stop()
        try await shares.stop()
    }
}
