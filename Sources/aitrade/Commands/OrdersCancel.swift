import ArgumentParser
import Brokers
import Core

/// `aitrade orders cancel`.
struct OrdersCancel: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel", abstract: "Cancels one order by its venue or client id, or all that would trade.",
        discussion: """
            --all leaves stops and take-profits where they are: they protect what is held. --protections cancels them
            too, and says which position is left without. Looks at every venue that has keys, or at --venue alone.

            Example: aitrade orders cancel 1139547338494877696 --assets BTCUSDT
            """)

    @Argument(help: "The order, as `orders list` shows it; leave it out with --all.") var order: String?
    @Flag(help: "Cancel every order; of --assets alone, if given.") var all = false
    @Flag(help: "With --all: stops and take-profits too.") var protections = false
    @OptionGroup var venue: VenueOption
    @Flag(help: "Print JSON.") var json = false

    func validate() throws {
        guard (order == nil) == all else { throw ValidationError("name an order, or give --all") }
        guard all || !protections else { throw ValidationError("--protections goes with --all") }
    }

    /// What was done at one venue.
    private struct Work: Sendable {
        var cancelled: [OrderReport] = []
        var kept = 0
        /// Positions whose protections were cancelled.
        var bare: [AccountPosition] = []
    }

    private struct Report: Encodable {
        struct Bare: Encodable {
            let venue: BrokerName
            let position: AccountPosition
        }

        let cancelled: [VenueOrder]
        let protectionsKept: Int
        let unprotected: [Bare]
    }

    func run() async throws {
        let settings = try await Settings.load()
        let (wanted, protections) = (order, protections)
        let only = try venue.assets.map(Flags.symbols)
        let answers = try await venue.choices(settings).each { choice, broker in
            guard let wanted else { return try await Self.all(of: only, broker, choice, withProtections: protections) }
            return try await Self.one(wanted, broker, choice)
        }
        let failure = answers.compactMap(\.failure).first
        let found = answers.flatMap { answer in
            (answer.value?.cancelled ?? []).map { VenueOrder(venue: answer.venue, order: $0) }
        }
        if let wanted, found.isEmpty {
            throw failure
                ?? CommandFailure(
                    .usage, "no open order is named \(wanted)", fix: "aitrade orders list shows the open ones")
        }
        let bare = answers.flatMap { answer in
            (answer.value?.bare ?? []).map { Report.Bare(venue: answer.venue, position: $0) }
        }
        let report = Report(
            cancelled: found, protectionsKept: answers.reduce(0) { $0 + ($1.value?.kept ?? 0) }, unprotected: bare)
        if json { try Output.json(report) } else { show(report) }
        if let failure { throw failure }
    }

    /// Cancels everything that would trade, or everything there is.
    private static func all(
        of only: [Symbol]?, _ broker: any LiveBroker, _ choice: VenueChoice, withProtections: Bool
    ) async throws -> Work {
        _ = try await broker.instruments(choice.symbols)
        let account = try await broker.snapshot()
        let orders = account.openOrders.filter { only?.contains($0.symbol) ?? true }
        let guards = orders.filter(\.kind.isProtective)
        var work = Work()
        if withProtections {
            for symbol in Set(orders.map(\.symbol)).sorted() { try await broker.cancelAll(symbol) }
            work.cancelled = orders
            let lost = Set(guards.map(\.symbol))
            work.bare = account.positions.filter { lost.contains($0.symbol) }
            return work
        }
        for order in orders where !order.kind.isProtective { work.cancelled.append(try await cancel(order, broker)) }
        work.kept = guards.count
        return work
    }

    private static func one(_ wanted: String, _ broker: any LiveBroker, _ choice: VenueChoice) async throws -> Work {
        let account = try await broker.snapshot()
        var found = account.openOrders.first { $0.venueOrderID == wanted || $0.clientID?.text == wanted }
        // A venue that only takes names of its own form does not list ours.
        for symbol in found == nil ? choice.symbols : [] {
            let named = try await broker.order(ClientOrderID(wanted), symbol)
            if let named, !named.state.isFinal { found = named }
        }
        guard let found else { return Work() }
        var work = Work()
        work.cancelled = [try await cancel(found, broker)]
        if found.kind.isProtective { work.bare = account.positions.filter { $0.symbol == found.symbol } }
        return work
    }

    private static func cancel(_ order: OrderReport, _ broker: any LiveBroker) async throws -> OrderReport {
        switch await broker.cancel(.venue(order.venueOrderID), order.symbol) {
        case .accepted: return order
        case .refused(let error), .silent(let error): throw error
        }
    }

    private func show(_ report: Report) {
        if report.cancelled.isEmpty { print("There was nothing to cancel.") }
        for row in report.cancelled {
            print(
                "\(row.venue) was asked to cancel \(row.order.clientID?.text ?? row.order.venueOrderID) "
                    + "(\(row.order.side.rawValue) \(row.order.symbol), \(OrdersList.text(row.order.kind))).")
        }
        if report.protectionsKept > 0 {
            print("  \(report.protectionsKept) stops and take-profits stay; --protections cancels them too")
        }
        for row in report.unprotected {
            print("  NOT PROTECTED: \(row.position.symbol) \(row.position.quantity) at \(row.venue) lost a guard")
        }
    }
}
