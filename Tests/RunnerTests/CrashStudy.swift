import Core
import Foundation
import Logging
import Router
import Runner
import Simulator
import Storage
import Testing

/// What must be the same whether or not the runner crashed.
struct CrashEnd: Hashable, Sendable {
    let outcome: RunOutcome
    let books: Books
    let protections: [Protected]
    let latch: String?
    let venue: AccountSnapshot
    let orders: [OrderReport]

    /// What protects a position; when that was last written down is not part of it.
    struct Protected: Hashable, Sendable {
        let symbol: Symbol
        let state: String
        let mode: String
        let stop: Price?
        let takeProfit: Price?
        let quantity: Quantity

        init(_ row: LedgerProtection) {
            (symbol, state, mode, quantity) = (row.symbol, row.state, row.mode, row.quantity)
            (stop, takeProfit) = (row.stop, row.takeProfit)
        }
    }

    /// Equity over time. A run that starts over may be proven flat at another moment, with the same money.
    private struct Curve {
        let rows: [LedgerEquity]

        init(_ rows: [LedgerEquity]) { self.rows = rows }

        func agrees(with other: Curve) -> Bool {
            guard let mine = rows.last, let theirs = other.rows.last else { return rows.isEmpty == other.rows.isEmpty }
            let end = min(mine.at, theirs.at)
            return mine.equity == theirs.equity && mine.unrealised == theirs.unrealised
                && rows.filter { $0.at < end } == other.rows.filter { $0.at < end }
        }
    }

    /// Whether the venue's account is the same, whenever it was read.
    private func holds(the other: AccountSnapshot) -> Bool {
        venue.openOrders == other.openOrders && venue.positions == other.positions && venue.balances == other.balances
    }

    /// The orders decided on. A start reads the venue and may learn of a fill before the notice of it would have come,
    /// so when an order was decided is not part of it, nor which of two orders of one moment came first.
    private var asked: [OrderRequest] {
        books.intents.map(\.request).sorted { $0.clientID.description < $1.clientID.description }
    }

    /// The closes of a kill sequence. A start reads the venue at once, where the run before would have waited for its
    /// next look, so a close may leave a moment sooner: what it came to counts, not when.
    private var closes: Set<ClientOrderID> {
        Set(books.intents.map(\.request).filter { $0.purpose == .flatten }.map(\.clientID))
    }

    private func moment(_ at: Timestamp, _ id: ClientOrderID?, _ closes: Set<ClientOrderID>) -> Timestamp {
        id.map(closes.contains) ?? false ? .epoch : at
    }

    /// The venue's orders, without its count of them.
    private var accepted: [OrderReport] {
        let closes = closes
        return orders.map {
            OrderReport(
                clientID: $0.clientID, venueOrderID: "", symbol: $0.symbol, side: $0.side, kind: $0.kind,
                quantity: $0.quantity, filled: $0.filled, state: $0.state, reason: $0.reason,
                at: moment($0.at, $0.clientID, closes))
        }.sorted { "\(String(describing: $0.clientID))" < "\(String(describing: $1.clientID))" }
    }

    /// The executions, without the venue's count of them: of two in one moment either may come first.
    private var executed: [Fill] {
        let closes = closes
        return books.fills.map {
            Fill(
                venue: $0.venue, tradeID: "", clientID: $0.clientID, symbol: $0.symbol, side: $0.side, price: $0.price,
                quantity: $0.quantity, fee: $0.fee, at: moment($0.at, $0.clientID, closes))
        }.sorted { ($0.at, "\(String(describing: $0.clientID))") < ($1.at, "\(String(describing: $1.clientID))") }
    }

    /// What is held and what it cost, whenever that was heard.
    private var held: [Held] { books.positions.map(Held.init) }

    private struct Held: Hashable {
        let symbol: Symbol
        let quantity: Quantity
        let money: [Money]
        let lots: [Position.Lot]

        init(_ row: LedgerPositionRow) {
            (symbol, quantity, money, lots) = (row.symbol, row.quantity, [row.cost, row.realised, row.fees], row.lots)
        }
    }

    /// The first row that differs, and what stands in its place.
    private static func first<Row: Equatable>(_ mine: [Row], _ theirs: [Row]) -> String {
        let index = zip(mine, theirs).prefix { $0 == $1 }.count
        func row(_ rows: [Row]) -> String { index < rows.count ? "\(rows[index])" : "nothing" }
        return "(\(mine.count) and \(theirs.count)) at \(index): \(row(mine)) instead of \(row(theirs))"
    }

    /// The parts that differ.
    func differences(from other: CrashEnd) -> [String] {
        [
            outcome == other.outcome ? nil : "outcome",
            executed == other.executed ? nil : "fills \(Self.first(executed, other.executed))",
            asked == other.asked ? nil : "intents \(Self.first(asked, other.asked))",
            held == other.held ? nil : "positions \(Self.first(held, other.held))",
            Curve(books.equity).agrees(with: Curve(other.books.equity)) ? nil : "equity",
            protections == other.protections
                ? nil : "protections \(protections) instead of \(other.protections)",
            latch == other.latch ? nil : "latch", holds(the: other.venue) ? nil : "venue",
            accepted == other.accepted ? nil : "orders \(Self.first(accepted, other.accepted))",
        ].compactMap { $0 }
    }
}

/// One seed: a market, signals, and how orders fill.
struct CrashStudy: Sendable {
    /// The world with or without somebody pulling the kill switch half-way.
    struct Variant: Sendable {
        let killAt: Int?
        let end: CrashEnd
        let counts: [CrashPoint: Int]
    }

    let seed: UInt64
    private let scenario: LoopScenario

    init(seed: UInt64) throws {
        self.seed = seed
        var scenario = try LoopScenario(bars: 8 + Int(seed % 5), seed: seed)
        scenario.sleep = .milliseconds(seed % 2 == 0 ? 0 : 1)
        if seed % 3 == 1 { scenario.latency = .milliseconds(300) }
        if seed % 4 == 2 { scenario.fillPolicy = .parts(3, every: .seconds(60)) }
        self.scenario = scenario
    }

    /// The undisturbed run, with every passing counted.
    func undisturbed(killAt: Int?) async throws -> Variant {
        let state = try TemporaryState()
        let plan = CrashPlan(state)
        let venue = SurvivingVenue(try scenario.market(), killAt: killAt)
        let outcome = try await start(state, venue, plan)
        return Variant(killAt: killAt, end: try await end(outcome, state, venue), counts: plan.counts)
    }

    /// Crashes once at each of `targets`, one start after the other, then runs to the end.
    ///
    /// - Returns: The end, and whether every crash happened.
    func crashed(
        _ targets: [(point: CrashPoint, visit: Int)], killAt: Int?
    ) async throws -> (end: CrashEnd, crashes: Int) {
        var state = try TemporaryState()
        let venue = SurvivingVenue(try scenario.market(), killAt: killAt)
        var crashes = 0
        for target in targets {
            let plan = CrashPlan(state, at: target)
            let outcome = try? await start(state, venue, plan)
            if let failure = plan.failure { throw SurvivingVenue.Violation(text: failure) }
            guard let remains = plan.remains else {
                // The point was not passed: the run went to its end.
                let outcome = try #require(outcome)
                return (try await end(outcome, state, venue), crashes)
            }
            crashes += 1
            state = remains
        }
        let outcome = try await start(state, venue, CrashPlan(state))
        return (try await end(outcome, state, venue), crashes)
    }

    private func start(
        _ state: TemporaryState, _ venue: SurvivingVenue, _ plan: CrashPlan
    ) async throws -> RunOutcome {
        let ledger = try Ledger(
            path: state.ledgerPath, identity: LedgerIdentity(mode: "backtest", account: "test"),
            crash: { plan.pass($0) })
        let line = VenueLine(venue, plan, state)
        let clock = VirtualClock()
        var setup = RunSetup(
            runId: "test", pid: 1, mode: "backtest", configuration: scenario.configuration, market: line.name,
            startsAt: .epoch, signals: SignalBook(scenario.rows), sleep: scenario.sleep, maxSteps: nil,
            stateFolder: state.url, wallClock: { clock.wall() }, uptime: { clock.uptime() },
            rebuildVenue: { try await venue.welcome($0, state) })
        setup.crash = { plan.pass($0) }
        // Thousands of runs have nothing to say but how they end.
        var log = Logger(label: "crash")
        log.logLevel = .critical
        let loop = TradingLoop(setup: setup, ledger: ledger, router: ExecutionRouter(brokers: [line]), log: log)
        let end = try await loop.run()
        try ledger.close()
        return end.outcome
    }

    private func end(
        _ outcome: RunOutcome, _ state: TemporaryState, _ venue: SurvivingVenue
    ) async throws -> CrashEnd {
        let reader = try LedgerReader(path: state.ledgerPath)
        return CrashEnd(
            outcome: outcome, books: try Books(state),
            protections: try reader.protections().map(CrashEnd.Protected.init),
            latch: try reader.latch()?.reason, venue: await venue.snapshot, orders: await venue.orders)
    }
}
