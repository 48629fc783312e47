public import Core
package import Logging

/// The venue behind the broker port, in whichever language the account speaks.
///
/// REST is the record; streams only say where to look. Executions and order reports come from readings that the
/// streams hasten, so a lost, late or repeated stream message changes nothing but the delay.
public actor BitgetBroker: LiveBroker {
    public nonisolated let name: BrokerName
    public nonisolated let capabilities: BrokerCapabilities
    nonisolated let settings: BitgetSettings
    nonisolated let client: BitgetClient
    nonisolated let feed: BoundedFeed<VenueBatch>
    nonisolated let bell = Bell()
    /// Rung when an instrument is said not to be traded now.
    nonisolated let statusBell = Bell()
    nonisolated let log: Logger
    var dialect: (any BitgetDialect)?
    var contracts: [Symbol: BitgetContract] = [:]
    var contractsReadAt: [Symbol: Timestamp] = [:]
    /// What somebody asked the rules of, answered or not.
    var named: Set<Symbol> = []
    var stances: [Symbol: BitgetStance] = [:]
    /// Stances that may have changed behind our back.
    private var oldStances: Set<Symbol> = []
    /// The symbols whose stance is what the settings ask for.
    private var settledStances: Set<Symbol> = []
    /// Whether each symbol was said to be open for trading.
    var toldSessions: [Symbol: Bool] = [:]
    /// The symbols of which an order said that they are not traded now, until that is looked into.
    var doubtedSessions: Set<Symbol> = []
    /// Names of instruments that were warned about, because nothing can be called so here.
    var foreignNames: Set<String> = []
    var book = BitgetBook()
    var fillsSince: Timestamp?
    /// What was read of the executions, and the reading on its way.
    var fillRecord = BitgetFillRecord()
    var recording: Recording?
    var recordingTask: Task<Void, Never>?
    /// Old orders that are nobody's of ours.
    var strangers = BoundedMap<String, Bool>(limit: BitgetBook.memory)
    /// Prices of spot instruments that nobody watches, as they were looked up once.
    var spotPrices: [Symbol: Price] = [:]
    /// Whether they are being looked up.
    var isPricing = false
    var prices: [Symbol: BitgetTicker] = [:]
    var pricedAt: [Symbol: ContinuousClock.Instant] = [:]
    /// Fees taken out of the coins that are held now.
    var coinFees: [Symbol: FixedDecimal] = [:]
    var coinFeeTrades = BoundedMap<String, Bool>(limit: BitgetBook.memory)
    var watched: [Symbol] = []
    var toldAt = Timestamp.epoch
    var lastFullLook: ContinuousClock.Instant?
    var hasPrivateStream = false
    var wasConnected = false
    var work: Task<Void, Never>?

    /// A broker that has not called the venue yet.
    ///
    /// - Throws: ``TrustFault`` when the file of extra roots cannot be read.
    package init(
        _ settings: BitgetSettings, name: BrokerName? = nil, log: Logger = Logger(label: "venue")
    ) throws {
        self.settings = settings
        self.name = name ?? BrokerName(settings.market == .spot ? "bitget-spot" : "bitget")
        capabilities = BrokerCapabilities(
            nativeProtections: settings.market == .futures, reduceOnly: true, duplicateSafe: true,
            amendsProtections: settings.market == .futures, triggerPrice: settings.triggersByMark ? .mark : .last)
        client = try BitgetClient(settings)
        self.log = log
        feed = .news()
    }

    // MARK: The port

    public func instruments(_ symbols: [Symbol]) async throws -> [Instrument] {
        named.formUnion(symbols)
        var found: [Instrument] = []
        for symbol in symbols { found.append(try await contract(symbol).instrument) }
        return found
    }

    public func nextEvents() async throws -> VenueBatch? { try await feed.next() }

    // MARK: What everything needs

    /// The language of the account, found out once.
    func language() async throws -> any BitgetDialect {
        if let dialect { return dialect }
        let found = try await Self.probe(client)
        dialect = dialect ?? found
        return found
    }

    /// Asks, and throws what the rest of the house understands.
    func ask<Answer>(_ question: BitgetQuestion<Answer>) async throws -> Answer {
        do {
            return try await client.ask(question)
        } catch {
            throw error.error
        }
    }

    /// The rules of one instrument, read again when they are old.
    ///
    /// - Parameter age: How old they may be; nil for what the settings say.
    func contract(
        _ symbol: Symbol, notOlderThan age: Duration? = nil, _ urgency: RequestUrgency = .reading
    ) async throws -> BitgetContract {
        let now = await client.venueNow()
        if let known = contracts[symbol], let at = contractsReadAt[symbol],
            now - at < TimeSpan(milliseconds: Int64((age ?? settings.rulesAge) / .milliseconds(1)))
        {
            return known
        }
        let stranger = VenueError(
            .notFound, code: "UNKNOWN_SYMBOL",
            message: "\(symbol) is not traded on \(name) (\(settings.market.rawValue)): check the name or the route")
        let list: [BitgetContract]
        do {
            list = try await ask(try await language().contracts(symbol).with(urgency))
        } catch let error as VenueError where error.remedy == .rejected || error.remedy == .notFound {
            throw stranger
        }
        guard let found = list.first(where: { $0.instrument.symbol == symbol }) else { throw stranger }
        contracts[symbol] = found
        contractsReadAt[symbol] = now
        return found
    }

    /// The modes that an order of this symbol has to suit, read once. For one that opens they are set as the settings
    /// ask; one that closes or protects takes them as they are: the venue refuses to set them while something is open.
    func stance(_ symbol: Symbol, opens: Bool) async throws -> BitgetStance {
        guard settings.market == .futures else { return BitgetStance() }
        let isSet = settings.marginMode == nil && settings.leverage == nil || settledStances.contains(symbol)
        let usable = opens && !isSet ? nil : stances[symbol]
        if let usable, !oldStances.contains(symbol) { return usable }
        do {
            let (setter, dialect) = (
                BitgetModeSetter(broker: name, settings: settings, client: client), try await language()
            )
            let found = opens ? try await setter.settle(symbol, dialect) : try await setter.read(symbol, dialect)
            // What was set is no longer so when somebody else changed it since.
            if opens {
                settledStances.insert(symbol)
            } else if found != stances[symbol] {
                settledStances.remove(symbol)
            }
            (stances[symbol], _) = (found, oldStances.remove(symbol))
            return found
        } catch {
            // An order in the form of before is better than none, above all an exit.
            guard let usable else { throw error }
            return usable
        }
    }

    /// The modes may have been changed behind our back: read them again before the next order.
    func forgetStances() { oldStances = Set(stances.keys) }

    /// Warns once of each instrument whose orders or positions cannot be told under its own name.
    func warn(foreign names: [String]) {
        for name in names where foreignNames.insert(name).inserted {
            log.warning(
                "the account has orders, executions or a position of an instrument that cannot be traded here",
                metadata: ["broker": "\(self.name)", "instrument": "\(name)"])
        }
    }

    func now() async -> Timestamp { await client.venueNow() }

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
}
