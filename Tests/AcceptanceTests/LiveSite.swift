import Core
import Foundation
import Glibc
import Testing

/// A twin, an artifact that goes long at once, and a state folder.
struct LiveSite {
    let site: Site
    private(set) var twin: TwinAtWork
    /// Where the price stands until somebody moves it.
    let price: String
    /// Settings of this test.
    var settings: [String: String] = [:]
    /// How many orders protect a position at the venue.
    let nativePlans: Int
    /// What of an execution is the same on both sides. The sandbox lists no single executions: theirs have names that
    /// nobody is told. On spot a fee in coins is a fee in money here.
    private let comparable: [String]

    /// Half of the budget (1000 USDT, 100000 RUB) long from the first minute on, stop ten percent below, take-profit
    /// ten percent above.
    init(
        _ flags: [String] = [], venue: TwinVenue = .bitget, isSpot: Bool = false, clock: ClockShim? = nil,
        target: @escaping (Int) -> Double = { _ in 0.5 }
    ) async throws {
        site = try Site()
        twin = try await TwinAtWork(site, flags, venue: venue, clock: clock)
        settings = clock?.environment ?? [:]
        price = try await twin.price()
        try await twin.price(price)
        // Without reduce-only only one order can protect; in the sandbox and on spot the runner watches both levels.
        let isSandbox = flags.contains("--sandbox")
        nativePlans = isSpot || isSandbox ? 0 : venue == .bitget ? 2 : 1
        comparable = TwinBooks.fields.filter { isSandbox ? $0 != "trade_id" : isSpot ? $0 != "fee" : true }
        if isSpot { settings["ASSET_ROUTING"] = "\(venue.asset):\(venue.client)-spot" }
        try KnownRows.write(
            to: site.url.appending(path: "signals.bin"),
            [KnownRows.Asset(venue.asset, at: price, target: target)], at: clock?.now ?? Date())
        if isSandbox {
            try await site.succeed(["sandbox", "--roubles", "1000000"], environment: twin.environment)
        }
    }

    /// The same with another process in the place of the twin.
    func with(_ again: TwinAtWork) -> LiveSite {
        var other = self
        other.twin = again
        return other
    }

    /// The price times so many hundredths.
    func moved(_ percent: Double) -> String { String(Int((Double(price) ?? 0) * percent / 100)) }

    /// Permission to trade, and limits that let the orders pass.
    static let limits = [
        "ALLOW_LIVE": "1", "RISK_MAX_ORDER_NOTIONAL": "2500,RUB:200000",
        "RISK_MAX_POSITION_NOTIONAL": "2500,RUB:200000", "RISK_MAX_QUANTITY": "off", "RISK_MAX_LEVERAGE": "5",
    ]

    /// The limits, the twin's addresses and keys, and the settings of the test.
    var environment: [String: String] {
        Self.limits.merging(twin.environment) { $1 }.merging(settings) { $1 }
    }

    var command: [String] {
        ["run", "--mode", "live", "--loop", "--assets", twin.venue.asset]
            + ["--signals", "signals.bin", "--state-dir", "state"]
    }

    func start() throws -> Program { try Program(command, in: site.url, environment: environment) }

    /// Waits until the venue holds a position with its native protections, and the runner says that it is protected.
    ///
    /// - Parameter orGivenUp: Whether what could not be protected in time may have been closed again: where things go
    ///   wrong at random, that is as right.
    func untilProtected(orGivenUp: Bool = false, within limit: Duration = .seconds(45)) async throws {
        let plans = nativePlans
        var isGivenUp = false
        try await twin.until("a protected position", within: limit) {
            isGivenUp = orGivenUp && $0.isFlat && $0.orders.count > 1
            return isGivenUp || ($0.held.count == 1 && $0.livePlans.count == plans)
        }
        let isTold = try await waitFor { isGivenUp ? site.positions.isEmpty : site.isProtected }
        if !isTold, orGivenUp { isGivenUp = try await twin.books().isFlat }
        #expect(isTold || isGivenUp, "the runner does not say that it is protected")
    }

    /// Why the runner enters nothing, by its own state file.
    var hold: String? { site.asset(twin.venue.asset)?["hold"] as? String }

    /// Engages the kill switch and expects the proven end.
    func end(_ runner: Program) async throws {
        try await site.succeed(["kill"], environment: settings)
        let end = try await runner.end()
        #expect(end.status == 10, "\(end.text)")
    }

    /// Starts the runner again and again, and kills it (SIGKILL) after so many milliseconds each.
    func kill(after delays: [Int]) async throws {
        for delay in delays {
            let runner = try start()
            try await Task.sleep(for: .milliseconds(delay))
            runner.send(SIGKILL)
            _ = try await runner.end()
        }
    }

    /// A whole run: it trades, is protected, does what a test wants to see, and is halted flat, with equal books and no
    /// secret anywhere.
    func run(
        orGivenUp: Bool = false, within limit: Duration = .seconds(45),
        at location: SourceLocation = #_sourceLocation, _ body: (Program) async throws -> Void = { _ in }
    ) async throws {
        let runner = try start()
        try await untilProtected(orGivenUp: orGivenUp, within: limit)
        try await body(runner)
        try await end(runner)
        try await expectSettled(at: location)
        try await twin.stop()
    }

    /// Nothing is held, no name was used twice, both sides have the same books, and nobody wrote a secret down.
    func expectSettled(at location: SourceLocation = #_sourceLocation) async throws {
        let books = try await twin.books()
        #expect(books.isFlat, "\(books.root)", sourceLocation: location)
        let names = books.names
        #expect(Set(names).count == names.count, "no order was sent twice", sourceLocation: location)
        try await expectEqualBooks(at: location)
        try expectNoSecrets(at: location)
    }

    /// The ledger's executions are the venue's, to the last digit.
    func expectEqualBooks(at location: SourceLocation = #_sourceLocation) async throws {
        try await site.expectEqualBooks(with: [twin], comparable, at: location)
    }

    /// Nothing that was written anywhere holds a key, a secret or a passphrase.
    func expectNoSecrets(at location: SourceLocation = #_sourceLocation) throws {
        try site.expectNoSecrets(of: [twin], at: location)
    }
}
