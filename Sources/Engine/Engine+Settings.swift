import Core

/// The settings, and the venues that answer later than the others.
extension Engine {
    mutating func configure(_ configuration: EngineConfiguration, at now: Timestamp) -> [Effect] {
        take(configuration, at: now)
        // A broker that appears while the switch is engaged has to be proven flat as well.
        if kill.isEngaged { kill.engage(reason: kill.reason ?? "", brokers: configuration.brokers, at: now) }
        open(configuration.assets, at: configuration.joinedBrokers, of: configuration, at: now)
        for place in desks.indices { desks[place].orders.startedAt = now }
        let alerts = configuration.awaited.map { venue in
            Effect.alert(Alert(.warning, "VENUE_AWAITED", "\(venue.broker): \(venue.sentence)"))
        }
        return alerts + (kill.isEngaged ? [] : reconciler.dueReadings(configuration, desks, at: now))
    }

    /// A venue that was awaited told its rules: its account is read, and then its assets are traded like all others. A
    /// kill that is under way had to prove it flat before already.
    mutating func join(_ broker: BrokerName, _ assets: [AssetConfiguration], at now: Timestamp) -> [Effect] {
        guard let configuration = configuration?.joined(by: broker, assets) else { return [] }
        take(configuration, at: now)
        open(assets, at: [broker], of: configuration, at: now)
        for place in desks.indices where desks[place].broker == broker { desks[place].orders.startedAt = now }
        let names = assets.map(\.instrument.symbol.name).joined(separator: ", ")
        let alert = Effect.alert(Alert(.notice, "VENUE_JOINED", "\(broker) answers: \(names) is traded from now on"))
        return [alert] + (kill.isEngaged ? [] : reconciler.dueReadings(configuration, desks, at: now))
    }

    private mutating func take(_ configuration: EngineConfiguration, at now: Timestamp) {
        self.configuration = configuration
        risk.capital(configuration.budgets)
    }

    /// Gives assets their desks, and has the accounts of their brokers read before anything is opened.
    private mutating func open(
        _ assets: [AssetConfiguration], at brokers: [BrokerName], of configuration: EngineConfiguration,
        at now: Timestamp
    ) {
        for asset in assets {
            let rules = DeskRules(asset: asset, of: configuration)
            if let place = index[rules.symbol], desks[place].rules.isConfigured || desks[place].broker == rules.broker {
                desks[place].rules = rules
            } else {
                add(Desk(rules))
            }
        }
        reconciler.start(brokers, configuration.reconcile, &desks, at: now)
    }

    mutating func add(_ desk: Desk) {
        desks.append(desk)
        desks.sort {
            ($0.symbol, $0.rules.isConfigured ? 0 : 1, $0.broker) < (
                $1.symbol, $1.rules.isConfigured ? 0 : 1, $1.broker
            )
        }
        for (place, desk) in desks.enumerated().reversed() { index[desk.symbol] = place }
    }
}
