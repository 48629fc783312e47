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
            Needs ALLOW_LIVE=1, and that no runner trades the account. The same --id never trades twice. A runner that
            starts later takes the position for what it is, and protects it.

            Exit code 1 when a rule of the gate refuses it.

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
        let choice = try VenueChoice(venue, [symbol], settings)
        let lock = try OperatorLock(state.folder, account: choice.account)
        defer { lock.release() }
        let request = try request(symbol, choice.account)
        let ledger = try Ledger(
            path: "\(state.folder)/trades.sqlite",
            identity: LedgerIdentity(mode: ExecutionMode.live.rawValue, account: choice.account))
        let known = try ledger.reader.intents().first { $0.request.clientID == request.clientID }
        let outcome = try await choice.use { broker in
            if let known { return try await Self.found(known.request, broker) }
            let gate = try await HandGate(
                broker, ledger, settings.limits, symbol, isReduction: request.reduceOnly)
            let approved = try gate.approve(request)
            var commit = LedgerCommit()
            commit.intents = [LedgerIntent(request: approved.request, venue: broker.name, at: await broker.time())]
            try ledger.commit(commit)
            guard let replace else { return await broker.submit(approved.request) }
            return try Self.outcome(await broker.replace(ClientOrderID(replace), with: approved.request))
        }
        try ledger.close()
        try show(outcome, request)
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

    private func show(_ outcome: SubmitOutcome, _ request: OrderRequest) throws {
        switch outcome {
        case .accepted(let report):
            if json { return try Output.json(report) }
            print("Accepted as \(report.venueOrderID), client id \(request.clientID), \(report.state.rawValue).")
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
