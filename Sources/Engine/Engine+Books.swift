public import Core

/// The books against the venues, and the operator.
extension Engine {
    /// Whether an execution is in the books.
    public func hasBooked(_ fill: Fill) -> Bool {
        desks.contains { $0.symbol == fill.symbol && $0.orders.hasBooked(fill) }
    }

    /// An execution of nobody's order is no fault: the account is read to see what it means.
    mutating func take(_ fill: Fill, at now: Timestamp) -> [Effect] {
        if kill.isEngaged, !hasBooked(fill) { kill.doubt(fill.venue, at: now) }
        let isKnown = fill.clientID.map { id in desks.contains { $0.orders[id] != nil } } ?? false
        if !isKnown, let configuration, reconciler.met(fill, configuration.reconcile, at: now) {
            return kill.isEngaged ? [] : reconciler.dueReadings(configuration, desks, at: now)
        }
        return onDesk(fill.symbol, fill.clientID) { $0.apply(fill, $1, at: now) }
    }

    /// Reads accounts now, all of them by default.
    mutating func reconcile(_ brokers: [BrokerName]? = nil, at now: Timestamp) -> [Effect] {
        guard let configuration, !kill.isEngaged else { return [] }
        for broker in brokers ?? configuration.joinedBrokers { reconciler.wantReading(of: broker, at: now) }
        return reconciler.dueReadings(configuration, desks, at: now)
    }

    /// An operator knows of the external position of `symbol`: entries may go on.
    mutating func acknowledge(_ symbol: Symbol, by name: String) -> [Effect] {
        var found = false
        for place in desks.indices where desks[place].symbol == symbol { found = desks[place].acknowledge() || found }
        let alert =
            found
            ? Alert(.notice, "ACKNOWLEDGED", "\(symbol): \(name) acknowledges the external position")
            : Alert(.warning, "NOTHING_TO_ACKNOWLEDGE", "\(symbol): nothing waits for \(name)")
        return [.alert(alert)]
    }

    /// The accounts that were not compared since `moment`, or that do not agree with the books yet.
    public func unsettledAccounts(since moment: Timestamp) -> [BrokerName] {
        (configuration?.joinedBrokers ?? []).filter { !reconciler.isSettled($0, since: moment) }
    }

    /// The venue lists instruments that nobody configured: they get desks, so that they can be seen and closed.
    mutating func addForeignDesks(_ snapshot: AccountSnapshot, of configuration: EngineConfiguration) {
        for symbol in snapshot.symbols
        where !desks.contains(where: { $0.symbol == symbol && $0.broker == snapshot.broker }) {
            add(Desk(DeskRules(foreign: symbol, broker: snapshot.broker, of: configuration)))
        }
    }

    /// What a reading let go on is opened in its turn.
    private mutating func settle(_ broker: BrokerName, at now: Timestamp) -> [Effect] {
        var effects: [Effect] = []
        for place in desks.indices where desks[place].broker == broker {
            effects += turn(place, at: now) { $0.settle($1, at: now) }
        }
        return effects
    }

    /// Takes what a venue says it holds: compares it with the books, and sees a kill through.
    mutating func read(_ snapshot: AccountSnapshot, at now: Timestamp) -> [Effect] {
        guard let configuration else { return [] }
        if kill.phase == .flattening || reconciler.follows(snapshot.broker) {
            addForeignDesks(snapshot, of: configuration)
        }
        var effects = reconciler.take(snapshot, &desks, configuration, state, mayAdopt: !kill.isEngaged, at: now)
        guard kill.phase == .flattening else { return effects + settle(snapshot.broker, at: now) }
        for place in desks.indices where desks[place].broker == snapshot.broker {
            effects += desks[place].flatten(towards: snapshot, engagedAt: kill.engagedAt ?? now, at: now)
        }
        let ours = desks.filter { $0.broker == snapshot.broker }
        var isFlat = snapshot.isFlat && ours.allSatisfy { $0.isQuiet(at: now) }
        let open = ours.filter { !$0.position.isFlat || $0.lacksExecutions }
        if !isFlat || open.isEmpty {
            kill.waitedForBooks(of: snapshot.broker)
        } else {
            // The venue is flat and our books are not, or lack what was bought and sold: the executions are on their
            // way. Wait for them, but not for ever; what a fee took out of a purchase is no execution.
            let missing = open.first { !$0.isDust || $0.lacksExecutions }
            if kill.waitsForBooks(of: snapshot.broker, isDust: missing == nil) {
                isFlat = false
            } else {
                if let missing {
                    let books = missing.position.isFlat ? "lack executions" : "say \(missing.position.quantity)"
                    let text = "\(missing.symbol): \(snapshot.broker) is flat, the books \(books)"
                    effects.append(.alert(Alert(.critical, "BOOKS_DIFFER", text)))
                }
                effects += reconciler.closeBooks(snapshot, &desks, configuration.reconcile, at: now)
            }
        }
        // What the reading brought into the books counts at once, not at the next price.
        for place in desks.indices where desks[place].broker == snapshot.broker {
            effects += turn(place, mayOpen: false, at: now) { _, _ in [] }
        }
        kill.observed(snapshot.broker, isFlat: isFlat, spacing: configuration.timing.questionSpacing, at: now)
        return effects
    }
}
