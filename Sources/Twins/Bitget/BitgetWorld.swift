import Core
import Simulator

/// Bitget in memory: one account, futures and spot, both dialects, over the simulated exchange's matching.
///
/// Invariants: a position is the sum of its leg's fills and equals what the matching engine holds; the futures wallet
/// is the start plus realised profits less fees; an open order has at most one order at the matching engine, and no
/// client id names two orders.
package struct BitgetWorld: TwinWorld {
    /// Something that is due.
    enum Due: Sendable {
        case execute(Int)
        case nextPart(Int)
        case cancel(Int)
        case spawn(plan: Int)
    }

    let setup: BitgetSetup
    package var faults: FaultDesk
    package var market: TwinMarket
    var now: TwinMoment
    var legs: [LegKey: MatchingLeg] = [:]
    var orders: [BitgetOrder] = []
    var orderByID: [String: Int] = [:]
    var orderByClient: [String: Int] = [:]
    /// Open orders, oldest first.
    var open: [Int] = []
    var plans: [BitgetPlan] = []
    var livePlans: [Int] = []
    var planByID: [String: Int] = [:]
    var planByClient: [String: Int] = [:]
    var positions: [LegKey: BitgetPosition] = [:]
    var history: [BitgetPosition] = []
    var fills: [BitgetFill] = []
    var bills: [Wire] = []
    /// Spot coins; USDT of a unified account is in the wallet.
    var coins: [String: Money] = [:]
    /// USDT of the futures account, without what is not realised.
    var wallet: Money
    var holdMode: BitgetHoldMode
    var isolated: Set<Symbol> = []
    var leverages: [LegKey: Int] = [:]
    var agenda = Agenda<Due>()
    var gate = BitgetGate()
    var sessions: [Int: BitgetSession] = [:]
    var outbox: [StreamMessage] = []
    var feed = BitgetFeed()
    private var ids: Int64 = 0
    /// When other hands last had their chance.
    var lastMischief: Timestamp

    /// A venue before its first order.
    package init(setup: BitgetSetup, market: TwinMarket, faults: FaultDesk, at now: TwinMoment) {
        (self.setup, self.market, self.faults, self.now) = (setup, market, faults, now)
        (wallet, holdMode, lastMischief) = (setup.futuresBalance, setup.holdMode, now.wall)
        begin()
    }

    private mutating func begin() {
        (wallet, holdMode) = (setup.futuresBalance, setup.holdMode)
        coins = setup.family == .unified ? [:] : ["USDT": setup.spotBalance]
        isolated = setup.isolates ? Set(market.instruments.map(\.symbol)) : []
        legs = [:]
        for instrument in market.instruments {
            let price = market.price(instrument.symbol) ?? instrument.tick
            for leg in [BitgetLeg.net, .long, .short, .spot] {
                let isSpot = leg == .spot
                legs[LegKey(symbol: instrument.symbol, leg: leg)] = MatchingLeg(
                    instrument, name: BrokerName("twin"),
                    takerFee: isSpot ? BitgetSetup.spotFee : BitgetSetup.futuresTaker,
                    makerFee: isSpot ? BitgetSetup.spotFee : BitgetSetup.futuresMaker, slippage: setup.slippage,
                    price: price)
            }
        }
    }

    package mutating func reset(at now: TwinMoment) {
        self.now = now
        (orders, orderByID, orderByClient, open) = ([], [:], [:], [])
        (plans, livePlans, planByID, planByClient) = ([], [], [:], [:])
        (positions, history, fills, bills, leverages) = ([:], [], [], [], [:])
        agenda = Agenda()
        begin()
    }

    /// A number of nineteen digits, as the venue names everything.
    mutating func newID() -> String {
        ids += 1
        return String(1_300_000_000_000_000_000 + ids * 1_000_003)
    }

    /// Every instrument's rules.
    var instruments: [Instrument] { market.instruments }

    func leverage(_ key: LegKey) -> Int { leverages[key] ?? setup.leverage }

    // MARK: Time

    package mutating func advance(to now: TwinMoment) {
        self.now = now
        runDue()
        for step in market.steps(at: now) where !isClosed { move(step) }
        mischief()
        runDue()
        publish()
        hangUpIdle()
    }

    private mutating func runDue() {
        while let due = agenda.take(dueAt: now.wall) {
            switch due {
            case .execute(let order): execute(order)
            case .nextPart(let order): submitNext(order)
            case .cancel(let order): finishCancel(order)
            case .spawn(let plan): spawn(plan)
            }
        }
    }

    /// Whether the fault plan closed the market.
    var isClosed: Bool { faults.spell(.marketClosed, at: now.wall) != nil }

    package mutating func takeMessages() -> [StreamMessage] {
        defer { outbox = [] }
        return outbox
    }

    // MARK: Requests

    package mutating func answer(_ request: TwinRequest, at now: TwinMoment) -> TwinAnswer {
        self.now = now
        guard let route = BitgetRoute.all["\(request.method) \(request.path)"] else {
            return refusal(code: "40404", message: "Request URL NOT FOUND", status: 404, at: now)
        }
        do {
            return try perform(route, request)
        } catch {
            return refusal(code: error.code, message: error.message, status: error.status, at: now)
        }
    }

    private mutating func perform(_ route: BitgetRoute, _ request: TwinRequest) throws(BitgetFault) -> TwinAnswer {
        var left = route.limit
        if setup.hasLimits {
            guard let rest = gate.admit(request.path, limit: route.limit, at: now.wall) else {
                throw BitgetFault("429", "Too Many Requests", status: 429)
            }
            left = rest
        }
        if route.isPrivate { try checkAccess(route, request) }
        var fields = Wire.object([])
        if request.method == "GET" {
            fields = .object(
                request.parameters.sorted { $0.key < $1.key }.map { .init(key: $0.key, value: .text($0.value)) })
        } else if !request.body.isEmpty {
            guard let body = Wire(json: request.body) else { throw BitgetFault("40020", "Parameter body error") }
            fields = body
        }
        let call = BitgetCall(fields: fields, now: now, request: request)
        try checkWindow(call)
        let data = try route.perform(&self, call)
        var answer = TwinAnswer(envelope("00000", "success", data, at: now))
        if setup.hasLimits { answer.headers["x-mbx-used-remain-limit"] = String(left) }
        return answer
    }

    private mutating func checkAccess(_ route: BitgetRoute, _ request: TwinRequest) throws(BitgetFault) {
        let key = try setup.key(of: request, at: now.wall)
        if faults.isOn(.authRevoked, at: now.wall) { throw BitgetFault("40006", "Invalid ACCESS_KEY", status: 401) }
        let isUnified = request.path.hasPrefix("/api/v3/")
        switch setup.family {
        case .classic where isUnified:
            throw BitgetFault("40084", "You are in Classic Account mode, and the Unified Account API is not supported")
        case .unified where !isUnified:
            throw BitgetFault(
                "40085", "You are in Unified Account mode, and the Classic Account API is not supported at this time")
        case .elite: throw BitgetFault("40731", "This endpoint is not supported for elite traders")
        case .classic, .unified: break
        }
        if route.method == "POST", !key.mayTrade { throw BitgetFault("40014", "Incorrect permissions, need trade") }
    }

    /// Whether the key of a call may trade.
    func mayTrade(_ call: BitgetCall) -> Bool {
        setup.keys.first { $0.key == call.request.headers["access-key"] }?.mayTrade ?? false
    }

    private func checkWindow(_ call: BitgetCall) throws(BitgetFault) {
        guard let window = call["receiveWindow"].flatMap(Int64.init) else { return }
        guard window < 60_000 else { throw BitgetFault("40079", "The receiveWindow must be less than 60000") }
        guard let sent = call.moment("requestTime"), abs((now.wall - sent).milliseconds) <= window else {
            throw BitgetFault("40078", "The request timestamp is outside the receiveWindow")
        }
    }

    package func refusal(code: String, message: String, status: Int, at now: TwinMoment) -> TwinAnswer {
        TwinAnswer(envelope(code, message, .null, at: now), status: status)
    }

    private func envelope(_ code: String, _ message: String, _ data: Wire, at now: TwinMoment) -> Wire {
        [
            "code": .text(code), "msg": .text(message), "requestTime": .whole(now.wall.milliseconds), "data": data,
        ]
    }
}
