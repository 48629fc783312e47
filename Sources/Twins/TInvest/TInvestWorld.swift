import Core
import Simulator

/// T-Invest in memory: accounts, shares in lots, ordinary and stop orders, over the simulated exchange's matching.
///
/// Invariants: a holding is the sum of its deals and equals what the matching engine holds; an account's money is what
/// was paid in, less purchases and commissions, plus sales; an open order has at most one order at the matching engine;
/// no idempotency key of an account names two orders.
package struct TInvestWorld: TwinWorld {
    /// Something that is due.
    enum Due: Sendable {
        case execute(Int)
        case nextPart(Int)
        case cancel(Int)
        case reveal(Int)
        case child(Int, TInvestDraft)
    }

    let setup: TInvestSetup
    package var faults: FaultDesk
    package var market: TwinMarket
    /// The odd ways in force.
    package var quirks: TInvestQuirks
    let listings: [TInvestListing]
    var now: TwinMoment
    var accounts: [TInvestAccount] = []
    var legs: [TInvestLeg: MatchingLeg] = [:]
    var orders: [TInvestOrder] = []
    var orderByID: [String: Int] = [:]
    /// By account and idempotency key.
    var orderByKey: [String: Int] = [:]
    /// Open orders, oldest first.
    var open: [Int] = []
    var stops: [TInvestStop] = []
    var liveStops: [Int] = []
    var deals: [TInvestDeal] = []
    var statuses: [Symbol: TInvestStatus] = [:]
    /// When the exchange last traded each share.
    var tradedAt: [Symbol: Timestamp] = [:]
    /// Statuses a hand has set.
    var overrides: [Symbol: TInvestStatus] = [:]
    /// Moves that came while nothing was traded.
    var missed: [Symbol: PriceStep] = [:]
    var agenda = Agenda<Due>()
    var gate = TInvestGate()
    var sessions: [Int: TInvestSession] = [:]
    var outbox: [StreamMessage] = []
    private var ids: Int64 = 0
    private var lastAt: TwinMoment
    private var lastMischief: Timestamp

    /// A venue before its first order.
    package init(setup: TInvestSetup, market: TwinMarket, faults: FaultDesk, at now: TwinMoment) {
        (self.setup, self.market, self.faults, self.now) = (setup, market, faults, now)
        (quirks, lastAt, lastMischief) = (setup.quirks, now, now.wall)
        listings = market.instruments.map(TInvestListing.init)
        begin()
    }

    private mutating func begin() {
        accounts = []
        legs = [:]
        quirks.loadingUntil = now.wall + setup.loadingFor
        if !setup.isSandbox {
            accounts = [
                TInvestAccount(id: setup.account, name: "Twin", openedAt: .epoch, money: setup.balance)
            ]
        }
        for listing in listings {
            statuses[listing.symbol] = currentStatus(listing.symbol)
            tradedAt[listing.symbol] = now.venue
        }
    }

    package mutating func reset(at now: TwinMoment) {
        self.now = now
        (orders, orderByID, orderByKey, open) = ([], [:], [:], [])
        (stops, liveStops, deals, missed) = ([], [], [], [:])
        agenda = Agenda()
        begin()
    }

    /// A name for an order, as this environment gives them.
    mutating func newID() -> String {
        ids += 1
        return setup.isSandbox ? TInvestName.uuid("\(faults.seed)/\(ids)") : String(49_000_000_000 + ids * 1_003)
    }

    /// A name shaped as a UUID.
    mutating func newUUID() -> String {
        ids += 1
        return TInvestName.uuid("\(faults.seed)/\(ids)")
    }

    func listing(_ symbol: Symbol) -> TInvestListing? { listings.first { $0.symbol == symbol } }

    func account(_ id: String) -> Int? { accounts.firstIndex { $0.id == id && $0.isOpen } }

    func status(_ symbol: Symbol) -> TInvestStatus { statuses[symbol] ?? .unavailable }

    private func currentStatus(_ symbol: Symbol) -> TInvestStatus {
        if faults.spell(.marketClosed, at: now.wall) != nil { return .pause }
        return overrides[symbol] ?? setup.calendar.status(symbol, at: now.venue)
    }

    // MARK: Time

    package mutating func advance(to now: TwinMoment) {
        self.now = now
        changeStatuses()
        for listing in listings where status(listing.symbol) == .normal { tradedAt[listing.symbol] = now.venue }
        endDay()
        runDue()
        for step in market.steps(at: now) {
            if status(step.symbol).isContinuous { move(step) } else { missed[step.symbol] = step }
        }
        mischief()
        runDue()
        expireStops()
        publish()
        lastAt = now
    }

    /// Follows the calendar; where trading goes on, what gathered meanwhile acts at the price of the opening.
    mutating func changeStatuses() {
        for listing in listings {
            let symbol = listing.symbol
            let (before, after) = (status(symbol), currentStatus(symbol))
            guard before != after else { continue }
            statuses[symbol] = after
            pushStatus(listing)
            guard after.isContinuous, !before.isContinuous else { continue }
            if let step = missed.removeValue(forKey: symbol) {
                move(PriceStep(symbol: symbol, price: step.price, volume: step.volume, gap: true))
            }
            for number in open where orders[number].draft.leg.symbol == symbol && orders[number].waits {
                execute(number)
            }
        }
    }

    /// Unfilled orders disappear with the trading day.
    private mutating func endDay() {
        guard let end = setup.calendar.dayEnd(of: lastAt.venue), lastAt.venue < end, now.venue >= end else { return }
        endAllOrders()
    }

    /// Ends every order of the day.
    mutating func endAllOrders() {
        for number in open { end(number, cause: "CAUSE_CANCELLED_BY_EXCHANGE") }
    }

    private mutating func runDue() {
        while let due = agenda.take(dueAt: now.wall) {
            switch due {
            case .execute(let order): execute(order)
            case .nextPart(let order): submitNext(order)
            case .cancel(let order): end(order, cause: "CAUSE_CANCELLED_BY_CLIENT")
            case .reveal(let order): pushOrder(order)
            case .child(let stop, let draft): bear(stop, draft)
            }
        }
    }

    /// What other hands do on the account, as the fault plan says.
    private mutating func mischief() {
        let elapsed = (now.wall - lastMischief).milliseconds
        guard elapsed >= 1000 else { return }
        lastMischief = now.wall
        guard let first = accounts.indices.first else { return }
        if faults.strikes(.balanceDrift, within: elapsed, at: now.wall) {
            let percent = faults.setting(.balanceDrift, at: now.wall)?.percent ?? 0
            let loss = accounts[first].money.portion(-percent / 100) ?? .zero
            accounts[first].pay(Money(loss.value.quantised(to: Self.kopeck, rounding: .down)))
            pushPositions(accounts[first].id)
        }
        if faults.strikes(.manualTrade, within: elapsed, at: now.wall) { tradeByHand(accounts[first]) }
    }

    private mutating func tradeByHand(_ account: TInvestAccount) {
        guard let listing = listings.first else { return }
        let held = account.holdings[listing.symbol]?.pieces ?? .zero
        let side: Side = held > .zero ? .sell : .buy
        _ = try? accept(
            TInvestDraft(
                leg: TInvestLeg(account: account.id, symbol: listing.symbol), side: side, lots: 1, lot: listing.lot,
                kind: .market, limit: nil, key: newUUID()))
    }

    /// The smallest coin.
    static let kopeck = FixedDecimal(units: FixedDecimal.scale / 100)

    package mutating func takeMessages() -> [StreamMessage] {
        defer { outbox = [] }
        return outbox
    }

    // MARK: Money

    /// The commission on a turnover, in whole kopecks.
    func commission(_ turnover: Money) -> Money {
        Money(turnover.basisPoints(setup.commission).value.quantised(to: Self.kopeck, rounding: .halfEven))
    }

    /// What resting purchases bind, commission included.
    func blockedMoney(_ account: String) -> Money {
        open.reduce(Money.zero) { sum, number in
            let order = orders[number]
            guard order.draft.leg.account == account, order.draft.side == .buy else { return sum }
            let value = (order.draft.limit ?? order.price).notional(order.remaining)
            return sum + value + commission(value)
        }
    }

    /// What resting sales bind of a share, in pieces, as far as it is there.
    func blockedPieces(_ leg: TInvestLeg) -> Quantity {
        let asked = open.reduce(Quantity.zero) { sum, number in
            let order = orders[number]
            return order.draft.leg == leg && order.draft.side == .sell ? sum + order.remaining : sum
        }
        return min(asked, max(held(leg), .zero))
    }

    func held(_ leg: TInvestLeg) -> Quantity {
        account(leg.account).flatMap { accounts[$0].holdings[leg.symbol]?.pieces } ?? .zero
    }

    /// Everything an account is worth.
    func equity(_ account: TInvestAccount) -> Money {
        listings.reduce(account.money) { sum, listing in
            guard let holding = account.holdings[listing.symbol] else { return sum }
            return sum + (market.price(listing.symbol) ?? holding.average).notional(holding.pieces)
        }
    }
}
