public import Core
import Logging

/// The venue behind the broker port.
///
/// REST is the record; streams only say where to look. Executions and order reports come from readings that the
/// streams hasten, so a lost, late or repeated stream message changes nothing but the delay. The venue knows no
/// reduce-only: closing orders are cut down to what is provably held and not spoken for (see `closable`).
public actor TinkoffBroker: LiveBroker {
    public nonisolated let name: BrokerName
    public nonisolated let capabilities: BrokerCapabilities
    nonisolated let settings: TinkoffSettings
    nonisolated let client: TinkoffClient
    nonisolated let feed: BoundedFeed<VenueBatch>
    nonisolated let bell = Bell()
    nonisolated let sessionBell = Bell()
    nonisolated let stopBell = Bell()
    nonisolated let log: Logger
    private let begun = ContinuousClock.now
    private var methods: TinkoffMethods?
    var shares: [Symbol: TinkoffShare] = [:]
    var sharesReadOn: [Symbol: Timestamp] = [:]
    /// When today's rules were last asked for in vain.
    var sharesAskedAt: [Symbol: ContinuousClock.Instant] = [:]
    /// How long after that yesterday's rules do without another question.
    private static let rulesPause = Duration.seconds(30)
    var strangers: [String: TinkoffShare] = [:]
    var listing = TinkoffListing()
    var book = TinkoffBook()
    var today: [TinkoffOrder] = []
    var stopLists: [StopListKind: StopList] = [:]
    var stopReadings: [StopListKind: StopReading] = [:]
    /// When something last changed, or was said to have changed, about stop orders.
    var stopsChangedAt = ContinuousClock.now
    /// Stops that left the list of those that wait: those that are not known to have ended, and all that fired today.
    var looseStops: [String: (stop: TinkoffStop, since: ContinuousClock.Instant)] = [:]
    /// The venue's names of the orders that were read, and whether they had ended by then.
    var seenOrders = BoundedMap<String, Bool>(limit: TinkoffBook.memory)
    /// When an order was first seen that may come from a stop of ours.
    var suspects = BoundedMap<String, ContinuousClock.Instant>(limit: 1000)
    var endedStops = BoundedMap<String, TinkoffStop.State>(limit: TinkoffBook.memory)
    /// Stops that executed so long ago without an order to be seen that none is expected any more.
    var barrenStops = BoundedMap<String, Bool>(limit: TinkoffBook.memory)
    /// When an order in doubt was looked for in vain.
    var soughtAt: [ClientOrderID: ContinuousClock.Instant] = [:]
    /// When an order of an earlier day was last asked for.
    var oldAskedAt = BoundedMap<ClientOrderID, ContinuousClock.Instant>(limit: 1000)
    var settlements: [String: TinkoffSettlement] = [:]
    /// Half of what the venue refused today as too large for one order.
    var refusedSizes: [Symbol: TinkoffPieces] = [:]
    var averages: [String: Price] = [:]
    var turns: [Symbol: Task<Void, Never>] = [:]
    var calendars: [String: (days: [TinkoffDay], readAt: Timestamp)] = [:]
    var statuses: [String: TinkoffStatus] = [:]
    var toldSessions: [Symbol: TinkoffSchedule.Session] = [:]
    var prices: [Symbol: TinkoffPrice] = [:]
    var pricedAt: [Symbol: ContinuousClock.Instant] = [:]
    /// Since when readings know prices that the stream did not tell.
    var marketLagSince: ContinuousClock.Instant?
    var watched: [Symbol] = []
    var barBells: [Symbol: Bell] = [:]
    var (toldAt, quickLooks) = (Timestamp.epoch, 0)
    var liveStreams: Set<String> = []
    var hints = BoundedMap<String, Bool>(limit: 5000)
    /// Ends of orders that readings told of, by our keys, and the stream of orders not yet.
    var expectedHints: [String: (venueOrderID: String?, since: ContinuousClock.Instant)] = [:]
    var wasConnected = false
    var work: Task<Void, Never>?

    /// A broker that has not called the venue yet.
    ///
    /// - Throws: ``TrustFault`` when the file of extra roots cannot be read.
    package init(
        _ settings: TinkoffSettings, name: BrokerName? = nil,
        wallClock: @escaping @Sendable () -> Timestamp = TinkoffClient.systemClock
    ) throws {
        self.settings = settings
        self.name = name ?? BrokerName("tinkoff")
        capabilities = BrokerCapabilities(
            nativeProtections: settings.holdsStops, reduceOnly: false, duplicateSafe: true, stopsBlock: false)
        client = try TinkoffClient(settings, wallClock: wallClock)
        log = Logger(label: "venue")
        feed = .news()
    }

    // MARK: The port

    public func instruments(_ symbols: [Symbol]) async throws -> [Instrument] {
        var found: [Instrument] = []
        for symbol in symbols { found.append(try await share(symbol).instrument) }
        return found
    }

    /// News; an empty batch several times a second when there are none, so that whoever waits sees time go by.
    public func nextEvents() async throws -> VenueBatch? {
        switch try await feed.next(within: .milliseconds(200)) {
        case .element(let batch): return batch
        case .nothing: return VenueBatch(broker: name, at: await stamp(), events: [])
        case .over: return nil
        }
    }

    // MARK: What everything needs

    /// The questions about the account, found out once.
    func account() async throws -> TinkoffMethods {
        if let methods { return methods }
        let found = TinkoffMethods(account: try await chosenAccount().id)
        methods = methods ?? found
        return found
    }

    /// The account that is meant: the configured one, or the only one that the token may trade.
    ///
    /// - Throws: `VenueError` with remedy `configuration` that names the accounts to choose from.
    package func chosenAccount() async throws -> TinkoffAccount {
        let all = try await ask(TinkoffMarketData.accounts()).filter(\.isOpen)
        func list(_ accounts: [TinkoffAccount]) -> String {
            accounts.map { "\($0.id) (\($0.title)\($0.mayTrade ? "" : ", reading only"))" }.joined(separator: ", ")
        }
        if let id = settings.accountID {
            guard let named = all.first(where: { $0.id == id }) else {
                throw VenueError(
                    .configuration, code: "TINKOFF_ACCOUNT",
                    message: "the token has no open account \(id): set TINKOFF_ACCOUNT_ID to one of \(list(all))")
            }
            return named
        }
        let readable = all.filter(\.mayRead)
        let tradable = readable.filter(\.mayTrade)
        let candidates = tradable.isEmpty ? readable : tradable
        guard let only = candidates.first else {
            throw VenueError(
                .configuration, code: "TINKOFF_ACCOUNT",
                message: settings.isSandbox
                    ? "the sandbox has no account yet: aitrade sandbox makes one"
                    : "the token sees no open account: open one, or make a token for it")
        }
        guard candidates.count == 1 else {
            throw VenueError(
                .configuration, code: "TINKOFF_ACCOUNT",
                message: "there are several accounts: set TINKOFF_ACCOUNT_ID to one of \(list(candidates))")
        }
        return only
    }

    /// Asks, and throws what the rest of the house understands.
    func ask<Answer>(_ question: TinkoffQuestion<Answer>) async throws -> Answer {
        do {
            return try await client.ask(question)
        } catch {
            throw error.error
        }
    }

    /// The rules of one share, read again every day: lots and steps change.
    ///
    /// - Parameter isNeeded: Whether it has to be today's reading. Without it yesterday's does when there is no other:
    ///   nobody stays in a position because rules cannot be read.
    func share(_ symbol: Symbol, today isNeeded: Bool = false) async throws -> TinkoffShare {
        let day = TinkoffTime.startOfDay(await now())
        if let known = shares[symbol] {
            if sharesReadOn[symbol] == day { return known }
            let isAsked = sharesAskedAt[symbol].map { ContinuousClock.now - $0 < Self.rulesPause } ?? false
            if !isNeeded, isAsked { return known }
        }
        let found: TinkoffShare
        do {
            found = try await resolved(symbol)
        } catch let error as VenueError where error.remedy != .notFound {
            guard !isNeeded, let known = shares[symbol] else { throw error }
            sharesAskedAt[symbol] = .now
            log.warning(
                "today's rules cannot be read; yesterday's do for leaving",
                metadata: ["symbol": "\(symbol)", "error": "\(error)"])
            return known
        } catch let error as VenueError {
            // What is held but not on the board, a fund for example, can be left all the same.
            // Under the name that it was listed by: whatever is on its way for it is known by that one.
            let known = strangers.first { $1.symbol == symbol || listing.names[$0] == symbol }
            guard var held = known?.value else { throw error }
            held.symbol = symbol
            return held
        }
        if let old = shares[symbol], old.lot != found.lot {
            log.warning(
                "the lot has changed; start anew to trade by it",
                metadata: ["symbol": "\(symbol)", "old": "\(old.lot.pieces)", "new": "\(found.lot.pieces)"])
        }
        (shares[symbol], sharesReadOn[symbol], refusedSizes[symbol]) = (found, day, nil)
        return found
    }

    /// A share by ticker and board; a FIGI of the settings only says where to look, what it names is checked.
    private func resolved(_ symbol: Symbol) async throws -> TinkoffShare {
        let figi = settings.figis[symbol]
        let found: TinkoffShare
        do {
            let name: TinkoffMarketData.Name =
                figi.map { .figi($0) } ?? .ticker(symbol.name, classCode: settings.classCode)
            found = try await ask(TinkoffMarketData.share(name))
        } catch let error as VenueError where error.remedy == .notFound || error.code == "TINKOFF_30013" {
            let way = figi.map { "its FIGI \($0) of TINKOFF_FIGI_MAP" } ?? "the board \(settings.classCode)"
            throw VenueError(
                .notFound, code: "UNKNOWN_SYMBOL", message: "\(symbol) is not traded on \(name) by \(way)")
        }
        guard found.symbol == symbol, found.classCode == settings.classCode, figi == nil || figi == found.figi else {
            throw VenueError(
                .configuration, code: "TINKOFF_FIGI",
                message:
                    "\(figi ?? symbol.name) is \(found.symbol) on \(found.classCode) with FIGI \(found.figi), not "
                    + "\(symbol) on \(settings.classCode): correct or remove it in TINKOFF_FIGI_MAP")
        }
        return found
    }

    func now() async -> Timestamp { await client.venueNow() }

    /// Time that only goes forward.
    func uptime() -> Duration { begun.duration(to: .now) }

    /// The moment of news: the venue's time, never before that of earlier news.
    func stamp() async -> Timestamp {
        let moment = await now()
        toldAt = max(toldAt, moment)
        return toldAt
    }

    /// Tells news.
    ///
    /// - Returns: Whether there was room for them. Whoever reads them again tells them then.
    @discardableResult
    func tell(_ events: [VenueEvent]) async -> Bool {
        guard !events.isEmpty else { return true }
        let moment = await stamp()
        return feed.push(VenueBatch(broker: name, at: moment, events: events))
    }

    /// Lets one after the other in: what is held is read and sold by one hand at a time.
    func exclusively<Result: Sendable>(
        _ symbol: Symbol, _ body: () async throws -> Result
    ) async throws -> Result {
        let (gate, opener) = AsyncStream<Bool>.makeStream()
        let before = turns[symbol]
        turns[symbol] = Task { for await _ in gate {} }
        await before?.value
        defer { opener.finish() }
        return try await body()
    }
}
