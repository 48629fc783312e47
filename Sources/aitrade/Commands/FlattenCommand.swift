import ArgumentParser
import Brokers
import Core
import Foundation
import Router
import Storage

/// `aitrade flatten`.
struct FlattenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "flatten", abstract: "Cancels every order and closes every position of the venues' accounts.",
        discussion: """
            Ours or not, at every venue that has keys (or at --venue alone), until a reading proves each flat. While a
            runner works on the state folder, engage the kill switch instead: aitrade kill.

            Exit codes: 0 proven flat, 11 not proven flat, 69 the venue cannot be reached, 75 a runner works here,
            77 no keys.

            Example: aitrade flatten --venue bitget
            """)

    @OptionGroup var venue: VenueOption
    @OptionGroup var state: StateFolderOption
    @Flag(help: "Use the venue's own close call first; futures only.") var flash = false
    @Flag(help: "Print JSON.") var json = false

    private struct Row: Encodable {
        let venue: BrokerName
        let isFlat: Bool
        let attempts: Int
        let stillOpen: [AccountPosition]
        let errors: [VenueError]

        init(_ answer: VenueAnswer<CloseOut?>) {
            let result = answer.value.flatMap { $0 }
            (venue, isFlat, attempts) = (answer.venue, result?.isFlat ?? false, result?.attempts ?? 0)
            stillOpen = result?.lastRead?.positions ?? []
            let failure = answer.failure.map { VenueError(.retryable, code: "NOT_CLOSED", message: $0.problem) }
            errors = (failure.map { [$0] } ?? []) + (result?.errors ?? [])
        }
    }

    /// The whole, and each venue by itself.
    private struct Report: Encodable {
        let isFlat: Bool
        let attempts: Int
        let stillOpen: [AccountPosition]
        let errors: [VenueError]
        let venues: [Row]

        init(_ rows: [Row]) {
            isFlat = rows.allSatisfy(\.isFlat)
            attempts = rows.map(\.attempts).max() ?? 0
            (stillOpen, errors) = (rows.flatMap(\.stillOpen), rows.flatMap(\.errors))
            venues = rows
        }
    }

    func run() async throws {
        let settings = try await Settings.load()
        try OperatorLock.refuseBeside(state.folder)
        let choices = try venue.choices(settings)
        let lock = try OperatorLock(state.folder, accounts: Set(choices.map(\.lock)).sorted())
        defer { lock.release() }
        let (now, flash) = (SystemTime.wall(), flash)
        let answers = try await choices.each { choice, broker in
            try await Self.close(choice, broker, flash: flash, at: now)
        }
        let report = Report(answers.map(Row.init))
        if json { try Output.json(report) } else { show(report) }
        if !report.isFlat { throw ExitStatusRequest(.haltedNotFlat) }
    }

    private static func close(
        _ choice: VenueChoice, _ broker: any LiveBroker, flash: Bool, at now: Timestamp
    ) async throws -> CloseOut? {
        try await readRules(choice, broker)
        if flash, let broker = broker as? BitgetBroker {
            for symbol in Set(try await broker.snapshot().positions.map(\.symbol)).sorted() {
                _ = try await broker.flashClose(symbol)
            }
        }
        let account = choice.account
        return await ExecutionRouter(brokers: [broker]).closeAllPositions { name, symbol, leg in
            HourlyIdentity.name(name, account: account, symbol, leg, at: now)
        }.first
    }

    /// Without rules everything is cancelled all the same, and the account says what there is to close. A key or an
    /// address that is wrong is another matter: nothing could be done with it.
    private static func readRules(_ choice: VenueChoice, _ broker: any LiveBroker) async throws {
        let deadline = Deadline(limit: .seconds(4)) { try await Task.sleep(for: $0) }
        do {
            _ = try await deadline.run(broker.name) { try await broker.instruments(choice.symbols) }
        } catch {
            guard error.remedy != .configuration else { throw error }
            Output.warn("\(broker.name): the rules of its instruments were not read: \(error)")
        }
    }

    private func show(_ report: Report) {
        for row in report.venues {
            if row.isFlat {
                print("\(row.venue): flat. The account was read and holds nothing.")
            } else {
                print("\(row.venue): NOT PROVEN FLAT.")
                for position in row.stillOpen { print("  open  \(position.symbol) \(position.quantity)") }
                for error in row.errors.suffix(3) { print("  \(error)") }
            }
        }
        let held = booked
        guard !held.isEmpty else { return }
        let flag = StateFolder.flag(state.folder)
        print(
            "The books in \(state.folder) still hold \(held.map(\.name).joined(separator: ", ")): run aitrade "
                + "reconcile\(flag), then aitrade acknowledge SYMBOL --by NAME\(flag)")
    }

    /// What the books of a live run in the folder hold: nobody has told them.
    private var booked: [Symbol] {
        let path = "\(state.folder)/trades.sqlite"
        guard FileManager.default.fileExists(atPath: path), let reader = try? LedgerReader(path: path),
            (try? reader.identity())?.mode == ExecutionMode.live.rawValue
        else { return [] }
        return ((try? reader.positions()) ?? []).filter { $0.quantity != .zero }.map(\.symbol)
    }
}
