import ArgumentParser
import Brokers
import Core
import Engine
import Foundation
import Runner
import Storage

/// `aitrade orders place`.
struct OrdersPlace: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "place", abstract: "Places one order by hand, through the gate, written down before it leaves.",
        discussion: """
            Needs ALLOW_LIVE=1, and that no runner trades the account. The same --id never trades twice. Nothing guards
            what it opens until a runner starts: that takes the position for what it is, and protects it. While the
            kill switch of the state folder is engaged only reductions pass.

            Exit codes: 0 sent, 1 a rule of the gate refuses it, 64 no such symbol or venue, 75 a runner works here.

            Example: aitrade orders place --symbol BTCUSDT --side buy --quantity 0.01 --limit 60000
            """)

    @Option(help: "Symbol.") var symbol: String
    @Option(help: "buy or sell.") var side: String
    @Option(help: "Units of the instrument.") var quantity: String
    @Option(help: "Limit price; without it, at market.") var limit: String?
    @Flag(help: "Only reduce a position.") var reduceOnly = false
    @Option(help: "Name of a waiting order of yours to cancel first; what it executed counts towards --quantity.")
    var replace: String?
    @Option(help: "Name of the order, to repeat it safely; made up by default.") var id: String?
    @Option(help: "bitget, bitget-spot or tinkoff; by default the asset's route.") var venue: String?
    @OptionGroup var state: StateFolderOption
    @Flag(help: "Print JSON.") var json = false

    func validate() throws {
        guard Side(rawValue: side) != nil else { throw ValidationError("--side takes buy or sell") }
    }

    func run() async throws {
        var settings = try await Settings.load()
        guard settings.allowLive else {
            throw CommandFailure(.notAllowed, "live trading is not allowed", fix: "set ALLOW_LIVE=1")
        }
        await settings.venues.recogniseTwins()
        try settings.risk.requireDecisions(isRehearsal: settings.venues.isRehearsal)
        let symbol = try Flags.symbol(symbol)
        let choice = try VenueChoice(try venueName(symbol, settings), [symbol], settings)
        let lock = try OperatorLock(state.folder, accounts: [choice.lock])
        defer { lock.release() }
        let request = try request(symbol, choice.account)
        let ledger = try Ledger(
            path: "\(state.folder)/trades.sqlite",
            identity: LedgerIdentity(mode: ExecutionMode.live.rawValue, account: choice.account))
        let known = try ledger.reader.intents().first { $0.request.clientID == request.clientID }
        let outcome = try await choice.use { broker in
            if let known { return try await Self.found(known.request, broker) }
            return await Self.watched(try await send(request, broker, ledger, settings), request, broker)
        }
        try ledger.close()
        try show(outcome, request)
    }

    private func venueName(_ symbol: Symbol, _ settings: Settings) throws -> BrokerName {
        if let venue { return try Venues.named(venue) }
        return try Venues.routes([symbol], settings).keys.first ?? settings.universe.broker(of: symbol)
    }

    /// Writes an order down that the gate lets pass, then sends it.
    private func send(
        _ request: OrderRequest, _ broker: any LiveBroker, _ ledger: Ledger, _ settings: Settings
    ) async throws -> SubmitOutcome {
        let gate = try await HandGate(
            broker, ledger, settings.limits, request.symbol, isReduction: request.reduceOnly,
            stateFolder: state.folder)
        let approved = try gate.approve(request, json: json)
        var commit = LedgerCommit()
        commit.intents = [LedgerIntent(request: approved.request, venue: broker.name, at: await broker.time())]
        try ledger.commit(commit)
        guard let replace else { return await broker.submit(approved.request) }
        return try Self.outcome(await broker.replace(ClientOrderID(replace), with: approved.request))
    }

    /// So long an order at market may take until what became of it is told.
    private static let patience = Duration.seconds(3)

    /// An order at market is over in a moment: what became of it is worth waiting for.
    private static func watched(
        _ outcome: SubmitOutcome, _ request: OrderRequest, _ broker: any LiveBroker
    ) async -> SubmitOutcome {
        guard case .accepted(var report) = outcome, request.kind == .market else { return outcome }
        let end = ContinuousClock.now + patience
        while !report.state.isFinal, ContinuousClock.now < end {
            guard (try? await Task.sleep(for: .milliseconds(150))) != nil else { break }
            if let news = try? await broker.order(request.clientID, request.symbol) { report = news }
        }
        return .accepted(report)
    }

    /// What became of an order that was sent before under the same name.
    private static func found(_ request: OrderRequest, _ broker: any LiveBroker) async throws -> SubmitOutcome {
        guard let report = try await broker.order(request.clientID, request.symbol) else {
            return .refused(
                VenueError(
                    .notFound, code: "NEVER_ARRIVED",
                    message: "\(request.clientID) was written down, but the venue never got it; use another --id"))
        }
        return .accepted(report)
    }

    /// What became of an order that takes another's place.
    private static func outcome(_ replacement: OrderReplacement) throws -> SubmitOutcome {
        switch replacement {
        case .replaced(let report), .executed(let report): return .accepted(report)
        case .silent(let error): return .silent(error)
        case .stands(let error):
            throw CommandFailure(
                .checkFailed, "the old order stands as it was: \(error)", fix: "aitrade orders list shows it")
        case .gone(let old, let error):
            throw CommandFailure(
                .checkFailed,
                "the old order is cancelled (\(old.filled) executed), and the new one was refused: \(error)",
                fix: "place it anew under another --id")
        }
    }

    /// The venue's word on an order, and what to think of.
    private struct Placed: Encodable {
        let report: OrderReport
        let warning: String?

        private enum CodingKeys: String, CodingKey { case warning }

        func encode(to encoder: any Encoder) throws {
            try report.encode(to: encoder)
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encodeIfPresent(warning, forKey: .warning)
        }
    }

    private func show(_ outcome: SubmitOutcome, _ request: OrderRequest) throws {
        switch outcome {
        case .accepted(let report):
            let warning =
                request.reduceOnly
                ? nil
                : "nothing guards what it opens until a runner starts: aitrade run --mode live --loop --assets "
                    + "\(request.symbol)\(StateFolder.flag(state.folder)) adopts and protects it"
            if json { return try Output.json(Placed(report: report, warning: warning)) }
            print("Accepted as \(report.venueOrderID), client id \(request.clientID), \(report.state.rawValue).")
            print("  filled \(report.filled) of \(report.quantity)")
            if let warning { print("  NOT GUARDED: \(warning).") }
        case .refused(let error): throw Venues.failure(error)
        case .silent(let error):
            throw CommandFailure(
                .venueUnavailable, "nobody knows whether the order arrived: \(error)",
                fix: "repeat the same command with --id \(request.clientID): it never trades twice")
        }
    }

    private func request(_ symbol: Symbol, _ account: String) throws -> OrderRequest {
        guard let amount = Quantity(quantity), amount > .zero else {
            throw CommandFailure(.usage, "--quantity '\(quantity)' is not a positive number", fix: "for example 0.01")
        }
        let price = try limit.map { text in
            guard let price = Price(text), price > .zero else {
                throw CommandFailure(.usage, "--limit '\(text)' is not a positive number", fix: "for example 60000.5")
            }
            return price
        }
        let name =
            id.map { ClientOrderID($0) }
            ?? ClientOrderID.derived(
                artifact: "operator", account: account, symbol: symbol, time: SystemTime.wall(), leg: 0,
                purpose: .manual)
        return OrderRequest(
            clientID: name, symbol: symbol, side: Side(rawValue: side) ?? .buy, quantity: amount,
            kind: price.map { .limit($0) } ?? .market, reduceOnly: reduceOnly, purpose: reduceOnly ? .exit : .manual)
    }
}
